import type { HeldLease } from './lease.ts';
import type { Place } from './place.ts';

/** One thing of the pool, from the start of its making to the end of its closing. */
export interface Slot<Value> {
  readonly place: Place<Value, never>;
  state: 'opening' | 'idle' | 'busy' | 'closing';
  value: Value | undefined;
  /** Whose state it has; undefined while nobody has used it. */
  key: string | undefined;
  /** True for a spare, until it is leased. */
  isFresh: boolean;
  openedAt: number;
  lease: HeldLease<Value> | undefined;
  /** Cancels the end of its idle time. */
  cancelExpiry: () => void;
  ended: Promise<void> | undefined;
  /** Where the one is that took over its seat. */
  successorAt: Place<Value, never> | undefined;
}

/** Everything that a pool has, at most `max` at once. */
export class Slots<Value> {
  readonly max: number;
  readonly #all = new Set<Slot<Value>>();
  /** Least recently used first. */
  readonly #idle = new Set<Slot<Value>>();
  #seats = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Things that are there or have another's seat promised. */
  get size(): number {
    return this.#all.size;
  }

  get all(): readonly Slot<Value>[] {
    return [...this.#all];
  }

  get idle(): ReadonlySet<Slot<Value>> {
    return this.#idle;
  }

  get hasSeat(): boolean {
    return this.#seats < this.max;
  }

  count(state: Slot<Value>['state']): number {
    return this.all.filter((slot) => slot.state === state).length;
  }

  /** Takes a seat for a spare or a lessee, or the one of a victim that the caller is about to close. */
  seat(place: Place<Value, never>, now: number, isFresh: boolean, victim?: Slot<Value>): Slot<Value> {
    const slot: Slot<Value> = {
      place,
      state: 'opening',
      value: undefined,
      key: undefined,
      isFresh,
      openedAt: now,
      lease: undefined,
      cancelExpiry: () => {},
      ended: undefined,
      successorAt: undefined,
    };
    if (victim) victim.successorAt = place;
    else this.#seats += 1;
    if (victim?.place !== place) place.size += 1;
    this.#all.add(slot);
    return slot;
  }

  /** Lets it rest, as the most recently used. */
  rest(slot: Slot<Value>): void {
    slot.state = 'idle';
    slot.lease = undefined;
    this.#idle.add(slot);
  }

  /** Ends its rest. */
  wake(slot: Slot<Value>, state: 'opening' | 'closing'): void {
    slot.cancelExpiry();
    slot.state = state;
    this.#idle.delete(slot);
  }

  /** Gives its seat back, unless another has it already. */
  leave(slot: Slot<Value>): void {
    this.#all.delete(slot);
    this.#idle.delete(slot);
    if (!slot.successorAt) this.#seats -= 1;
    if (slot.successorAt !== slot.place) slot.place.size -= 1;
  }
}
