import { test } from 'node:test';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { runtimeContract } from '../../../src/testing/runtime-contract.ts';
import { findProgram, makeSmallMachine } from './shells.ts';

const busybox = findProgram('busybox');

if (busybox === undefined) {
  test('sessions of busybox sh', { skip: 'busybox is not installed' }, () => {});
} else {
  const makeTarget = makeSmallMachine(busybox);
  runtimeContract({
    test: (name, run) => test(name, run),
    makeRuntime: () => new TargetRuntime(makeTarget()).open(),
    capabilities: { bash: false, permissions: process.getuid?.() !== 0 },
  });
}
