import { suite, test } from 'node:test';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { runtimeContract } from '../../../src/testing/runtime-contract.ts';
import { LocalTarget } from './local-target.ts';

suite('TargetRuntime', { concurrency: 8 }, () => {
  runtimeContract({
    test,
    makeRuntime: () => new TargetRuntime(new LocalTarget()).open(),
    capabilities: { permissions: process.getuid?.() !== 0, python: true },
  });
});
