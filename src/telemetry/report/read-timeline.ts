import { RexError } from '../../core/errors.ts';
import type { RunEvent } from '../../orchestration/engine/run-event.ts';
import type { RunStatus } from '../../orchestration/engine/run-state.ts';
import type { Journal, JournalEvent } from '../../orchestration/journal/journal.ts';
import { coordinationOverhead } from '../overhead.ts';
import { findCriticalPath } from './critical-path.ts';
import { NodeBuilder } from './node-builder.ts';
import type { Timeline, TimelineGap, TimelineNode } from './timeline.ts';

/** What happened in a run, from its journal alone; also while it runs. @throws RUN_NOT_FOUND */
export async function readTimeline(journal: Pick<Journal, 'read'>, runId: string): Promise<Timeline> {
  const events: JournalEvent[] = [];
  for await (const event of journal.read(runId)) events.push(event);
  if (events.length === 0) throw new RexError('RUN_NOT_FOUND', `the journal has no run ${runId}`, { run: runId });
  const reader = new TimelineReader();
  for (const event of events) reader.take(event as RunEvent);
  const { wallMs, criticalPathMs, overhead } = await coordinationOverhead(events);
  return { run: runId, wallMs, criticalPathMs, overhead, ...reader.finish() };
}

type Facts = Omit<Timeline, 'run' | 'wallMs' | 'criticalPathMs' | 'overhead'>;

class TimelineReader {
  readonly #nodes = new Map<string, NodeBuilder>();
  readonly #dependants = new Map<string, string[]>();
  readonly #gaps: TimelineGap[] = [];
  readonly #kept = new Set<string>();
  #status: RunStatus = 'running';
  #reason = '';
  #first: number | undefined;
  #last = 0;
  #executing = 0;
  #peak = 0;

  take(event: RunEvent): void {
    const { at } = event;
    this.#first ??= at;
    if (event.type === 'run.recovered') this.#recover(at);
    this.#last = Math.max(this.#last, at);
    if (event.type === 'run.started') this.#add(undefined, event.data.nodes, at);
    this.#takeEnd(event);
    const node = event.node === undefined ? undefined : this.#nodes.get(event.node);
    if (!node) return;
    const before = node.isExecuting;
    node.take(event);
    this.#executing += Number(node.isExecuting) - Number(before);
    this.#peak = Math.max(this.#peak, this.#executing);
    if (event.type === 'node.expanded') this.#add(event.node, event.data.nodes, at);
    if (node.endedAt !== undefined)
      for (const path of this.#dependants.get(node.stored.path) ?? []) this.#free(path, at);
  }

  finish(): Facts {
    const builders = [...this.#nodes.values()];
    const paths = builders.map(({ stored, parent, startedAt, endedAt }) => ({ ...stored, parent, startedAt, endedAt }));
    const criticalPath = findCriticalPath(paths);
    const critical = new Set(criticalPath);
    const nodes = inOrder(builders.map((node) => node.finish(this.#last, critical.has(node.stored.path))));
    const spans = nodes.filter(({ isCritical }) => isCritical).flatMap((node) => node.spans);
    const interruptions = [...this.#gaps, ...spans.filter(({ kind }) => kind === 'lost')];
    const work = spans.filter(({ kind }) => kind === 'running' || kind === 'joining');
    const wallMs = this.#last - (this.#first ?? 0);
    return {
      status: this.#status,
      reason: this.#reason,
      startedAt: this.#first ?? 0,
      endedAt: this.#last,
      peak: this.#peak,
      kept: this.#kept.size,
      repeated: builders.filter(({ wasLost }) => wasLost).length,
      doneTwice: builders.filter(({ doneTimes }) => doneTimes > 1).length,
      gaps: this.#gaps,
      criticalPath,
      interruptedMs: coveredBy(interruptions),
      coordination: wallMs === 0 ? 0 : 1 - coveredBy([...interruptions, ...work]) / wallMs,
      nodes,
    };
  }

  #add(parent: string | undefined, nodes: readonly NodeBuilder['stored'][], at: number): void {
    for (const stored of nodes) {
      this.#nodes.set(stored.path, new NodeBuilder(stored, parent));
      for (const path of stored.dependsOn) {
        const known = this.#dependants.get(path);
        if (known) known.push(stored.path);
        else this.#dependants.set(path, [stored.path]);
      }
    }
    for (const { path } of nodes) this.#free(path, at);
  }

  #free(path: string, at: number): void {
    const node = this.#nodes.get(path);
    if (node?.stored.dependsOn.every((before) => this.#nodes.get(before)?.endedAt !== undefined)) node.free(at);
  }

  #recover(at: number): void {
    if (at > this.#last) this.#gaps.push({ from: this.#last, to: at });
    for (const [path, node] of this.#nodes) {
      if (node.endedAt !== undefined) this.#kept.add(path);
      node.cutOff(this.#last, at);
    }
    this.#executing = 0;
  }

  #takeEnd(event: RunEvent): void {
    if (event.type === 'run.paused') this.#status = 'paused';
    if (event.type === 'run.resumed') this.#status = 'running';
    if (event.type === 'run.done') this.#status = 'done';
    if (event.type === 'run.failed') {
      this.#status = 'failed';
      this.#reason = `${event.data.error.code}: ${event.data.error.message}`;
    }
    if (event.type === 'run.cancelled') {
      this.#status = 'cancelled';
      this.#reason = event.data.reason;
    }
  }
}

/** Time that lies in at least one of the spans. */
function coveredBy(spans: readonly TimelineGap[]): number {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((left, right) => left.from - right.from)) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return covered;
}

/** Puts the parts of a plan after the node that planned them. */
function inOrder(nodes: readonly TimelineNode[]): TimelineNode[] {
  const below = new Map<string | undefined, TimelineNode[]>();
  for (const node of nodes) below.set(node.parent, [...(below.get(node.parent) ?? []), node]);
  const take = (parent: string | undefined): TimelineNode[] =>
    (below.get(parent) ?? []).flatMap((node) => [node, ...take(node.path)]);
  return take(undefined);
}
