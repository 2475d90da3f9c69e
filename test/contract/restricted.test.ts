import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { suite, test } from 'node:test';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { type RuntimePolicy, restrict } from '../../src/sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../src/sandbox/runtime/runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';

const place = realpathSync(tmpdir());
const permissions = process.getuid?.() !== 0;

// Limits that no case reaches: what is allowed must work as if there were none.
const wideLimits: RuntimePolicy = {
  maxTimeoutMs: 1e15,
  maxOutputBytes: 1e9,
  maxCommandBytes: 1e8,
  maxSessions: 1_000,
  maxFileBytes: 1e9,
};

/** A restricted view that takes the runtime behind it along when it is closed. */
function makeView(policy: RuntimePolicy): Runtime {
  const runtime = new LocalRuntime({ cwd: place });
  const view = restrict(runtime, policy);
  const close = async (): Promise<void> => {
    await view.close();
    await runtime.close();
  };
  return new Proxy(view, {
    get: (target, key) => {
      if (key === 'close' || key === Symbol.asyncDispose) return close;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

suite('restrict(LocalRuntime) with wide limits', { concurrency: 8 }, () => {
  runtimeContract({ test, makeRuntime: () => makeView(wideLimits), capabilities: { permissions } });
});

suite('restrict(LocalRuntime) to a directory', { concurrency: 8 }, () => {
  runtimeContract({
    test: (name, run) => {
      const isAboutPaths = /^(files|links|transfer|watch):/.test(name);
      if (isAboutPaths && !name.includes('when they are relative')) test(name, run);
    },
    makeRuntime: () => makeView({ root: place, localRoot: place }),
    directory: place,
    capabilities: { permissions },
  });
});
