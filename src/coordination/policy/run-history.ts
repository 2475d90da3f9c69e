import type { RunEvent, StoredNode } from '../../orchestration/index.ts';

/** What became of a node of a past run. */
export interface PastNode extends Pick<StoredNode, 'path' | 'id' | 'task' | 'dependsOn' | 'use'> {
  readonly parent: string | undefined;
  /** Who executed it last; undefined where it never ran. */
  agent: string | undefined;
  state: 'open' | 'done' | 'failed' | 'skipped';
  /** Paths of its children, those of the last round. */
  children: readonly string[];
  /** Time from its starts to its ends, without what its children took. */
  workMs: number;
}

/** Nodes of a past run by path, from its events. */
export class RunHistory {
  readonly nodes: Map<string, PastNode> = new Map();
  readonly #startedAt = new Map<string, number>();

  /** Takes in the next event. */
  observe(event: RunEvent): void {
    if (event.type === 'run.started') this.#add(event.data.nodes, undefined);
    const node = event.node === undefined ? undefined : this.nodes.get(event.node);
    if (node === undefined) return;
    if (event.type === 'node.started') {
      node.agent = event.agent ?? node.agent;
      this.#startedAt.set(node.path, event.at);
      return;
    }
    if (event.type === 'node.expanded') {
      this.#add(event.data.nodes, node.path);
      node.children = event.data.nodes.map(({ path }) => path);
    }
    if (event.type === 'node.done') node.state = 'done';
    if (event.type === 'node.failed') node.state = 'failed';
    if (event.type === 'node.skipped' || event.type === 'node.cancelled') node.state = 'skipped';
    if (event.type === 'node.retried') node.state = 'open';
    if (endings.has(event.type)) {
      node.workMs += event.at - (this.#startedAt.get(node.path) ?? event.at);
      this.#startedAt.delete(node.path);
    }
  }

  #add(nodes: readonly StoredNode[], parent: string | undefined): void {
    for (const { path, id, task, dependsOn, use } of nodes) {
      const fresh = { path, id, task, dependsOn, use, parent, agent: undefined, children: [], workMs: 0 };
      this.nodes.set(path, { ...fresh, state: 'open' });
    }
  }
}

/** Events at which a node stops working. */
const endings: ReadonlySet<string> = new Set([
  'node.done',
  'node.failed',
  'node.expanded',
  'node.waiting',
  'node.suspended',
  'node.handed-off',
  'node.cancelled',
]);
