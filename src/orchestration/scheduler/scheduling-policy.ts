import { LinkedList } from './linked-list.ts';
import { PriorityHeap } from './priority-heap.ts';
import type { WorkItem } from './work-item.ts';

/** The order in which queued work starts. One instance serves one lane. */
export interface SchedulingPolicy {
  /** Number of queued items. */
  readonly size: number;
  push(item: WorkItem): void;
  /** The next item that can start now, or undefined; the item stays queued. */
  peek(canStart: (item: WorkItem) => boolean): WorkItem | undefined;
  /** Takes an item out of the queue; tells policies with turns that it had one when `started`. */
  remove(item: WorkItem, started: boolean): void;
}

/** How far a policy looks past items that cannot start, so that one of them does not block the lane. */
export const lookahead = 64;

/** Strict order of arrival among the items that can start. */
export function fifo(): SchedulingPolicy {
  const queue = new LinkedList<WorkItem>();
  return {
    get size() {
      return queue.size;
    },
    push: (item) => queue.push(item),
    peek: (canStart) => firstThatCan(queue, canStart),
    remove: (item) => void queue.remove(item),
  };
}

/** One item of each agent in turn; an agent without work leaves the ring. `key` tells whose turn an item takes. */
export function roundRobin(key: (item: WorkItem) => string = (item) => item.agent): SchedulingPolicy {
  const queues = new Map<string, LinkedList<WorkItem>>();
  const ring = new LinkedList<string>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    push: (item) => {
      const name = key(item);
      const queue = queues.get(name) ?? new LinkedList<WorkItem>();
      if (queue.size === 0) {
        queues.set(name, queue);
        ring.push(name);
      }
      queue.push(item);
      size += 1;
    },
    peek: (canStart) => {
      for (const name of ring) {
        const item = firstThatCan(queues.get(name) ?? [], canStart);
        if (item) return item;
      }
      return undefined;
    },
    remove: (item, started) => {
      const name = key(item);
      const queue = queues.get(name);
      if (!queue?.remove(item)) return;
      size -= 1;
      if (queue.size === 0) {
        queues.delete(name);
        ring.remove(name);
      } else if (started) {
        ring.remove(name);
        ring.push(name);
      }
    },
  };
}

/** How {@link priority} ages. */
export interface PriorityOptions {
  /** Waiting this long counts as much as one level, so that nothing starves. Default 60,000; Infinity never ages. */
  readonly agingMs?: number;
}

/** Higher priority first, order of arrival within a level; waiting work rises. */
export function priority({ agingMs = 60_000 }: PriorityOptions = {}): SchedulingPolicy {
  let arrivals = 0;
  const arrival = new WeakMap<WorkItem, number>();
  // All items age alike, so their order never changes while they wait: a heap with fixed keys suffices.
  const rank = (item: WorkItem): number =>
    agingMs === Number.POSITIVE_INFINITY ? -item.priority : item.enqueuedAt - item.priority * agingMs;
  const heap = new PriorityHeap<WorkItem>(
    (left, right) => rank(left) - rank(right) || (arrival.get(left) ?? 0) - (arrival.get(right) ?? 0),
  );
  return {
    get size() {
      return heap.size;
    },
    push: (item) => {
      arrival.set(item, arrivals++);
      heap.push(item);
    },
    peek: (canStart) => {
      const passed: WorkItem[] = [];
      let found: WorkItem | undefined;
      for (let item = heap.first(); item && passed.length < lookahead; item = heap.first()) {
        if (canStart(item)) {
          found = item;
          break;
        }
        passed.push(item);
        heap.remove(item);
      }
      for (const item of passed) heap.push(item);
      return found;
    },
    remove: (item) => void heap.remove(item),
  };
}

function firstThatCan(items: Iterable<WorkItem>, canStart: (item: WorkItem) => boolean): WorkItem | undefined {
  let looked = 0;
  for (const item of items) {
    if (canStart(item)) return item;
    looked += 1;
    if (looked >= lookahead) return undefined;
  }
  return undefined;
}
