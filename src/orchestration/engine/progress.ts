import { isFinal, type NodeRecord } from './node-record.ts';
import type { RunState } from './run-state.ts';

/** Counts what each live node, and each graph, still waits for; everything follows from the state. */
export class Progress {
  readonly #state: RunState;
  readonly #openDependencies = new Map<string, number>();
  readonly #dependants = new Map<string, string[]>();
  readonly #openNodes = new Map<string | undefined, number>();

  constructor(state: RunState) {
    this.#state = state;
  }

  /** Takes up the nodes of a graph; the parent is undefined for the graph of the run. */
  admit(parent: string | undefined, paths: readonly string[]): void {
    let open = 0;
    for (const path of paths) {
      const node = this.#state.nodes.get(path);
      if (!node || isFinal(node.state)) continue;
      open += 1;
      let waitsFor = 0;
      for (const dependency of node.dependsOn) {
        if (isFinal(this.#state.nodes.get(dependency)?.state ?? 'pending')) continue;
        waitsFor += 1;
        const known = this.#dependants.get(dependency);
        if (known) known.push(path);
        else this.#dependants.set(dependency, [path]);
      }
      this.#openDependencies.set(path, waitsFor);
    }
    this.#openNodes.set(parent, open);
  }

  /** True when nothing before the node is open. */
  isFree(path: string): boolean {
    return this.#openDependencies.get(path) === 0;
  }

  /** True when every node of the graph is over. */
  isGraphOver(parent: string | undefined): boolean {
    return this.#openNodes.get(parent) === 0;
  }

  /** Takes note that a node is over; returns the dependants that wait for nothing more. */
  conclude({ path, parent }: NodeRecord): string[] {
    // What was over when its graph was taken up is counted nowhere.
    if (!this.#openDependencies.delete(path)) return [];
    const freed: string[] = [];
    for (const dependant of this.#dependants.get(path) ?? []) {
      const open = (this.#openDependencies.get(dependant) ?? 0) - 1;
      this.#openDependencies.set(dependant, open);
      if (open === 0) freed.push(dependant);
    }
    this.#dependants.delete(path);
    this.#openNodes.set(parent, (this.#openNodes.get(parent) ?? 0) - 1);
    return freed;
  }
}
