import { suite, test } from 'node:test';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { restrict } from '../../src/sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../src/sandbox/runtime/runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';

const shared = new LocalRuntime({ cwd: '/tmp' });
test.after(() => shared.close());

/** A policy whose limits no case reaches: what is allowed must work as if there were none. */
function makeRuntime(): Runtime {
  return restrict(shared, {
    maxTimeoutMs: 1e15,
    maxOutputBytes: 1e9,
    maxCommandBytes: 1e8,
    maxSessions: 1_000,
    maxFileBytes: 1e9,
  });
}

suite('restrict(LocalRuntime)', { concurrency: 8 }, () => {
  runtimeContract({
    test,
    makeRuntime,
    capabilities: { permissions: process.getuid?.() !== 0, sharedFiles: false },
  });
});
