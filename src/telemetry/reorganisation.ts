import type { StoredNode } from '../orchestration/engine/run-event.ts';
import type { JournalEvent } from '../orchestration/journal/journal.ts';

/** A change of the team that the events suggest; an orchestrator applies it. */
export type Advice =
  /** Two agents work mostly with each other: make them one. */
  | { readonly kind: 'merge'; readonly pair: readonly [string, string]; readonly share: number }
  /** An agent's queue is too long: give it a sub-orchestrator. */
  | { readonly kind: 'split'; readonly agent: string; readonly queued: number }
  /** A kind of task keeps coming: make an agent for it. */
  | { readonly kind: 'specialise'; readonly pattern: string; readonly seen: number }
  /** Coordination costs too much: use fewer, more capable agents. */
  | { readonly kind: 'narrow'; readonly overhead: number };

/** When {@link Reorganisation} advises. */
export interface ReorganisationOptions {
  /** Share of interactions from which two agents are merged. Default 0.8 (more than). */
  readonly mergeShare?: number;
  /** Fewest interactions of an agent that say anything. Default 10. */
  readonly minSample?: number;
  /** Waiting tasks of an agent above which it is split. Default 100. */
  readonly queueMax?: number;
  /** Tasks of a kind above which an agent is made for it. Default 10. */
  readonly patternMin?: number;
  /** Coordination overhead above which fewer agents are used. Default 0.2. */
  readonly overheadMax?: number;
}

/** Watches who works with whom, who is overloaded and what keeps coming. */
export class Reorganisation {
  readonly #options: Required<ReorganisationOptions>;
  readonly #pairs = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  readonly #patterns = new Map<string, number>();
  readonly #queued = new Map<string, number>();
  readonly #nodes = new Map<
    string,
    { readonly agent: string; readonly dependsOn: readonly string[]; isQueued: boolean }
  >();
  readonly #overheads: number[] = [];

  constructor(options: ReorganisationOptions = {}) {
    const { mergeShare = 0.8, minSample = 10, queueMax = 100, patternMin = 10, overheadMax = 0.2 } = options;
    this.#options = { mergeShare, minSample, queueMax, patternMin, overheadMax };
  }

  /** Takes one event of a run. */
  observe({ type, run = '', node, data }: JournalEvent): void {
    if (type === 'run.started' || type === 'node.expanded') {
      for (const stored of (data as { nodes: readonly StoredNode[] }).nodes) this.#addNode(run, stored, node);
    }
    const known = node === undefined ? undefined : this.#nodes.get(`${run} ${node}`);
    if (!known) return;
    if (known.isQueued && /^node\.(started|skipped|cancelled|failed)$/.test(type)) {
      known.isQueued = false;
      this.#queued.set(known.agent, (this.#queued.get(known.agent) ?? 1) - 1);
    }
    if (type === 'node.started') {
      for (const before of known.dependsOn) {
        const other = this.#nodes.get(`${run} ${before}`);
        if (other) this.interact(known.agent, other.agent);
      }
    }
  }

  /** Counts that two agents worked together; by order of calls, or by messages that an integrator sees. */
  interact(one: string, other: string): void {
    if (one === other) return;
    const pair = [one, other].sort().join('\0');
    this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + 1);
    for (const agent of [one, other]) this.#totals.set(agent, (this.#totals.get(agent) ?? 0) + 1);
  }

  /** Takes the coordination overhead of a run. */
  observeOverhead(overhead: number): void {
    this.#overheads.push(overhead);
  }

  /** What should change, as far as the events tell. */
  advise(): Advice[] {
    const { mergeShare, minSample, queueMax, patternMin, overheadMax } = this.#options;
    const advice: Advice[] = [];
    for (const [key, together] of this.#pairs) {
      const [one = '', other = ''] = key.split('\0');
      const most = Math.max(this.#totals.get(one) ?? 0, this.#totals.get(other) ?? 0);
      const share = together / most;
      if (most >= minSample && share > mergeShare) advice.push({ kind: 'merge', pair: [one, other], share });
    }
    for (const [agent, queued] of this.#queued) if (queued > queueMax) advice.push({ kind: 'split', agent, queued });
    for (const [pattern, seen] of this.#patterns) {
      if (seen > patternMin) advice.push({ kind: 'specialise', pattern, seen });
    }
    const overhead = this.#overheads.at(-1) ?? 0;
    if (overhead > overheadMax) advice.push({ kind: 'narrow', overhead });
    return advice;
  }

  #addNode(run: string, { path, id, use, task, dependsOn }: StoredNode, parent: string | undefined): void {
    const agent = typeof use === 'string' ? use : (use?.name ?? use?.capability ?? id);
    this.#nodes.set(`${run} ${path}`, { agent, dependsOn, isQueued: true });
    this.#queued.set(agent, (this.#queued.get(agent) ?? 0) + 1);
    const above = parent === undefined ? undefined : this.#nodes.get(`${run} ${parent}`);
    if (above) this.interact(above.agent, agent);
    if (task.type === undefined) return;
    const pattern = [task.type, ...[...(task.requires?.capabilities ?? [])].sort()].join('+');
    this.#patterns.set(pattern, (this.#patterns.get(pattern) ?? 0) + 1);
  }
}
