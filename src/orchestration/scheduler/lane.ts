import PQueue, { type Queue, type QueueAddOptions } from 'p-queue';
import type { SchedulingPolicy } from './scheduling-policy.ts';
import type { WorkItem } from './work-item.ts';

type Start = () => Promise<unknown>;

interface LaneAddOptions extends QueueAddOptions {
  readonly item?: WorkItem;
}

/**
 * A p-queue whose order is a scheduling policy. p-queue counts what runs; its own time-outs and signals are never used,
 * since they free a slot while the work in it still runs.
 */
export class Lane {
  readonly concurrency: number;
  readonly #queue: PQueue<LaneQueue, LaneAddOptions>;
  readonly #waiting: LaneQueue;

  constructor(concurrency: number, policy: SchedulingPolicy, canStart: (item: WorkItem) => boolean) {
    this.concurrency = concurrency;
    const waiting = new LaneQueue(policy, canStart);
    this.#waiting = waiting;
    this.#queue = new PQueue<LaneQueue, LaneAddOptions>({
      concurrency,
      // p-queue makes its queue itself, with `new`.
      queueClass: class {
        constructor() {
          // biome-ignore lint/correctness/noConstructorReturn: the lane keeps hold of the queue that p-queue uses.
          return waiting;
        }
      } as new () => LaneQueue,
    });
  }

  /** Items that wait, whether they can start or not. */
  get queued(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#queue.pending;
  }

  /** Queues work; `start` must not reject and must not return before the work has really ended. */
  add(item: WorkItem, start: Start): void {
    void this.#queue.add(start, { item });
  }

  /** Drops an item that has not started. */
  remove(item: WorkItem): void {
    this.#waiting.drop(item);
  }

  /** Looks again whether something can start. */
  poke(): void {
    // Setting the concurrency is what makes p-queue look; `start` does nothing unless it is paused.
    if (this.#waiting.length > 0) this.#queue.concurrency = this.concurrency;
  }
}

class LaneQueue implements Queue<Start, LaneAddOptions> {
  readonly #policy: SchedulingPolicy;
  readonly #canStart: (item: WorkItem) => boolean;
  readonly #starts = new Map<WorkItem, Start>();
  #next: WorkItem | undefined;

  constructor(policy: SchedulingPolicy, canStart: (item: WorkItem) => boolean) {
    this.#policy = policy;
    this.#canStart = canStart;
  }

  get length(): number {
    return this.#starts.size;
  }

  /** What p-queue takes for the size: none when nothing can start, so that it asks for nothing. */
  get size(): number {
    this.#next = this.#starts.size === 0 ? undefined : this.#policy.peek(this.#canStart);
    return this.#next ? this.#starts.size : 0;
  }

  enqueue(start: Start, { item }: Partial<LaneAddOptions> = {}): void {
    if (!item) return;
    this.#starts.set(item, start);
    this.#policy.push(item);
  }

  dequeue(): Start | undefined {
    const item = this.#next;
    const start = item && this.#starts.get(item);
    if (!item || !start) return undefined;
    this.#next = undefined;
    this.#starts.delete(item);
    this.#policy.remove(item, true);
    return start;
  }

  drop(item: WorkItem): void {
    if (!this.#starts.delete(item)) return;
    this.#policy.remove(item, false);
  }

  filter(): Start[] {
    return [...this.#starts.values()];
  }

  setPriority(): void {}
}
