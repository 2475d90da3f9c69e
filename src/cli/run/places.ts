import type { Deployment } from '../../sandbox/deployment/deployment.ts';
import type { DeploymentConfig } from '../../sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../../sandbox/deployment/get-deployment.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import type { LoadedGraph } from './read-graph-file.ts';

/** The deployments of a graph file: each is started when a node first needs it, and all are stopped in the end. */
export class Places implements AsyncDisposable {
  readonly #graph: LoadedGraph['graph'];
  readonly #started = new Map<string, Promise<Deployment>>();

  constructor(graph: LoadedGraph['graph']) {
    this.#graph = graph;
  }

  /** The runtime of a deployment. @throws what its start throws; the next node tries again */
  async runtime(name: string = this.#graph.deployment ?? 'local'): Promise<Runtime> {
    const known = this.#started.get(name);
    if (known) return (await known).runtime;
    const starting = getDeployment(this.#configOf(name)).start();
    this.#started.set(name, starting);
    starting.catch(() => this.#started.delete(name));
    return (await starting).runtime;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = await Promise.allSettled(this.#started.values());
    await Promise.all(started.map((each) => (each.status === 'fulfilled' ? each.value.stop() : undefined)));
  }

  #configOf(name: string): DeploymentConfig {
    const { workspace, deployments = {} } = this.#graph;
    const own = Object.hasOwn(deployments, name) ? deployments[name] : undefined;
    if (own) return own.type === 'local' ? { workspace, ...own } : own;
    return name === 'bubblewrap' ? { type: 'local', isolation: 'bubblewrap', workspace } : { type: 'local', workspace };
  }
}
