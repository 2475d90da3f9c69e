import { suite, test } from 'node:test';
import { DummyRuntime } from '../../src/sandbox/runtime/dummy-runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';

suite('DummyRuntime', { concurrency: 8 }, () => {
  runtimeContract({
    test,
    makeRuntime: () => new DummyRuntime(),
    capabilities: { commands: false, permissions: false, sharedFiles: false },
  });
});
