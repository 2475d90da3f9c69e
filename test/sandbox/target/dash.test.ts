import { suite, test } from 'node:test';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { runtimeContract } from '../../../src/testing/runtime-contract.ts';
import { findProgram, makeSmallMachine } from './shells.ts';

const dash = findProgram('dash');

if (dash === undefined || findProgram('busybox') === undefined) {
  test('sessions of dash', { skip: 'dash and busybox are not both installed' }, () => {});
} else {
  const makeTarget = makeSmallMachine(dash);
  suite('sessions of dash', { concurrency: 8 }, () => {
    runtimeContract({
      test: (name, run) => name.startsWith('session') && test(name, run),
      makeRuntime: () => new TargetRuntime(makeTarget()).open(),
      capabilities: { bash: false, separateStreams: false },
    });
  });
}
