import type { NodeState } from '../../orchestration/engine/node-record.ts';
import type { RunEvent, SkipReason, StoredNode } from '../../orchestration/engine/run-event.ts';
import { describeEvent } from './describe-event.ts';
import type { TimelineEntry, TimelineNode, TimelineSpan } from './timeline.ts';

/** Collects what the events tell about one node. */
export class NodeBuilder {
  readonly stored: StoredNode;
  readonly parent: string | undefined;
  readonly spans: TimelineSpan[] = [];
  readonly log: TimelineEntry[] = [];
  state: NodeState = 'pending';
  reason = '';
  executions = 0;
  retries = 0;
  doneTimes = 0;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Work that was cut off by the end of a process. */
  wasLost = false;
  #agent: string;
  #open: { readonly kind: TimelineSpan['kind']; readonly from: number } | undefined;
  #keptUntil = 0;

  constructor(stored: StoredNode, parent: string | undefined) {
    const { use, id } = stored;
    this.stored = stored;
    this.parent = parent;
    this.#agent = (typeof use === 'string' ? use : use?.name) ?? id;
  }

  get isExecuting(): boolean {
    return this.#open?.kind === 'running' || this.#open?.kind === 'joining';
  }

  /** Everything before the node is over. */
  free(at: number): void {
    if (this.state === 'pending' && !this.#open) this.#begin('queued', at);
  }

  /** Takes an event of this node. */
  take(event: RunEvent): void {
    const { at } = event;
    const entry = describeEvent(event);
    if (entry)
      this.log.push(
        event.type === 'node.skipped' ? { ...entry, text: `skipped: ${this.#skipText(event.data.because)}` } : entry,
      );
    switch (event.type) {
      case 'node.started':
        this.#agent = event.agent ?? this.#agent;
        this.executions += 1;
        this.startedAt ??= at;
        if (this.endedAt !== undefined) this.doneTimes += 1;
        this.#move(event.data.phase === 'join' ? 'joining' : 'running', at);
        this.state = event.data.phase === 'join' ? 'joining' : 'running';
        break;
      case 'node.expanded':
        this.#move('expanded', at);
        this.state = 'expanded';
        break;
      case 'node.waiting':
        this.#move('waiting', at);
        this.state = 'waiting';
        break;
      case 'node.answered':
      case 'node.suspended':
      case 'node.handed-off':
      case 'node.retried':
      case 'node.replanned':
        this.#move('queued', at);
        this.state = 'ready';
        if (event.type === 'node.retried') this.retries += 1;
        break;
      case 'node.step':
        this.#keptUntil = at;
        break;
      case 'node.note':
        if (event.data.name === 'retry' || event.data.name === 'fallback') this.retries += 1;
        break;
      case 'node.done':
        this.doneTimes += 1;
        this.#end('done', at);
        break;
      case 'node.failed':
        this.#end('failed', at, `${event.data.error.code}: ${event.data.error.message}`);
        break;
      case 'node.skipped':
        this.#end('skipped', at, this.#skipText(event.data.because));
        break;
      case 'node.cancelled':
        this.#end('cancelled', at, event.data.reason);
        break;
    }
  }

  /** The process ended at `at`, and another one goes on from `again`; what was done by the last step is kept. */
  cutOff(at: number, again: number): void {
    const { isExecuting } = this;
    const open = this.#open;
    if (!open) return;
    if (isExecuting) {
      this.wasLost = true;
      const kept = Math.max(open.from, this.#keptUntil);
      if (kept > open.from) this.spans.push({ ...open, to: kept });
      this.spans.push({ kind: 'lost', from: kept, to: at });
      this.log.push({ at, kind: 'problem', text: 'cut off: its process ended' });
      this.#open = { kind: 'queued', from: again };
      this.state = 'ready';
    }
  }

  finish(at: number, isCritical: boolean): TimelineNode {
    this.#close(at);
    const { stored, parent, state, reason, spans, log, executions, retries, endedAt } = this;
    const { path, id, task, dependsOn } = stored;
    const facts = { path, id, parent, agent: this.#agent, goal: task.goal, type: task.type ?? '', dependsOn };
    return { ...facts, state, reason, spans, log, executions, retries, endedAt, isCritical };
  }

  #skipText(because: SkipReason): string {
    const { when } = this.stored;
    if (because === 'condition') return typeof when === 'string' ? `not true: ${when}` : 'its condition was not true';
    return because === 'branch' ? 'nothing before it was taken' : 'something before it failed';
  }

  #begin(kind: TimelineSpan['kind'], at: number): void {
    this.#open = { kind, from: at };
  }

  #move(kind: TimelineSpan['kind'], at: number): void {
    this.#close(at);
    this.#begin(kind, at);
  }

  #end(state: NodeState, at: number, reason = ''): void {
    this.#close(at);
    this.state = state;
    this.endedAt = at;
    this.reason = reason;
  }

  #close(at: number): void {
    const open = this.#open;
    this.#open = undefined;
    if (open && at > open.from) this.spans.push({ ...open, to: at });
  }
}
