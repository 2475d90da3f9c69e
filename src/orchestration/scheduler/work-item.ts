import type { Requires } from '../task/requires.ts';

/** What a piece of work is given while it runs. */
export interface Slice {
  /** Moment, by the scheduler's clock, after which the work should suspend; infinite in a lane without slices. */
  readonly endsAt: number;
  /** What the last slice left. */
  readonly snapshot: unknown;
  /** Place that was chosen, when the scheduler knows places. */
  readonly place: string | undefined;
}

/** How a slice ended. */
export type SliceResult<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'suspended'; readonly snapshot: unknown };

/** A piece of work as it is submitted. */
export interface Work<Value> {
  readonly id: string;
  /** Whose work it is. Default: the id. */
  readonly agent?: string | undefined;
  /** Default `task`. */
  readonly lane?: string | undefined;
  /** 1 low, 2 medium (default), 3 high, 4 urgent. */
  readonly priority?: number | undefined;
  readonly requires?: Requires | undefined;
  /** Removes the work from the queue while it waits; running work minds its own signal. */
  readonly signal?: AbortSignal | undefined;
  run(slice: Slice): Promise<SliceResult<Value>>;
}

/** A piece of work in a queue, as policies see it. */
export interface WorkItem {
  readonly id: string;
  readonly agent: string;
  readonly lane: string;
  readonly priority: number;
  readonly requires: Requires | undefined;
  /** When it was queued, by the scheduler's clock; again at each suspension. */
  readonly enqueuedAt: number;
}
