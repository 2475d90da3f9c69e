import { test } from 'node:test';
import { openSandbox } from '../../src/sandbox/deployment/bubblewrap/open-sandbox.ts';
import { SandboxedFiles } from '../../src/sandbox/deployment/sandboxed-files/sandboxed-files.ts';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { hasBubblewrap } from './bubblewrap.ts';

if (hasBubblewrap) {
  const { isolation, workspace: cwd, env, finder, owner } = await openSandbox({}, new AbortController().signal);
  test.after(() => isolation.dispose());
  const files = new SandboxedFiles({ finder, owner, cwd });
  runtimeContract({
    test,
    makeRuntime: () => new LocalRuntime({ cwd, env, isolation, files }),
    capabilities: { python: true },
  });
}
