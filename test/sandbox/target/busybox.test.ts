import { suite, test } from 'node:test';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { runtimeContract } from '../../../src/testing/runtime-contract.ts';
import { findProgram, makeSmallMachine } from './shells.ts';

const busybox = findProgram('busybox');

if (busybox === undefined) {
  test('sessions of busybox sh', { skip: 'busybox is not installed' }, () => {});
} else {
  const makeTarget = makeSmallMachine(busybox);
  suite('TargetRuntime on busybox', { concurrency: 8 }, () => {
    runtimeContract({
      test,
      makeRuntime: () => new TargetRuntime(makeTarget()).open(),
      capabilities: { bash: false, permissions: process.getuid?.() !== 0 },
    });
  });
}
