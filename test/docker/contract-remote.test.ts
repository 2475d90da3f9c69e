import { suite, test } from 'node:test';
import { randomId } from '../../src/core/ids.ts';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import { relayPort } from '../../src/sandbox/deployment/tunnelled-relay.ts';
import { RemoteRuntime } from '../../src/sandbox/runtime/remote-runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { withNode } from './engine.ts';

suite('a server in a container without a network, through a tunnel', { concurrency: 4 }, async () => {
  const deployment = await new DockerDeployment(withNode).start();
  test.after(() => deployment.stop());
  const { runtime } = deployment;
  const servers = await runtime.spawn(['node', '--import', 'tsx', 'test/docker/many-servers.ts'], { stdin: 'pipe' });

  const makeRuntime = async () => {
    const name = randomId();
    await servers.write(`open ${name}\n`);
    const { groups } = await servers.waitFor(new RegExp(`${name} listens on (\\d+);`));
    const tunnel = await relayPort(runtime, Number(groups[0]));
    return new TunnelledRuntime(tunnel.port, async () => {
      await servers.write(`close ${name}\n`);
      await servers.waitFor(`${name} is closed`);
      await tunnel[Symbol.asyncDispose]();
    });
  };
  runtimeContract({ test, makeRuntime });
});

/** A client whose server and tunnel go with it. */
class TunnelledRuntime extends RemoteRuntime {
  readonly #stop: () => Promise<void>;
  #stopped: Promise<void> | undefined;

  constructor(port: number, stop: () => Promise<void>) {
    super({ port, token: 'contract' });
    this.#stop = stop;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }
}
