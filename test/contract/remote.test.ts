import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { RemoteRuntime } from '../../src/sandbox/runtime/remote-runtime.ts';
import { serve } from '../../src/sandbox/server/serve.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';

suite('RemoteRuntime over a socket', { concurrency: 8 }, () => {
  runtimeContract({
    test,
    makeRuntime: async () => {
      const local = new LocalRuntime();
      const server = await serve(local, { token: 'contract' });
      return new ServedRuntime(server.url, async () => {
        await server.stop();
        await local.close();
      });
    },
    capabilities: { permissions: process.getuid?.() !== 0, python: hasPython() },
  });
});

/** A client whose server goes with it. */
class ServedRuntime extends RemoteRuntime {
  readonly #stop: () => Promise<void>;

  constructor(url: string, stop: () => Promise<void>) {
    super({ url, token: 'contract' });
    this.#stop = stop;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#stop();
  }
}

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
