/** What waits: where it stands in a {@link WaitingLine}. */
export interface Standing {
  readonly priority: number;
  /** Number of its arrival, rising. */
  readonly arrival: number;
}

/**
 * Who waits, by priority, then arrival. Adds and removes in constant time for each priority in use; what comes back gets
 * its old place.
 */
export class WaitingLine<Waiter extends Standing> implements Iterable<Waiter> {
  readonly #byPriority = new Map<number, Set<Waiter>>();
  /** Priorities in use, highest first. */
  #priorities: number[] = [];
  #last = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(waiter: Waiter): void {
    const { priority, arrival } = waiter;
    const waiting = this.#byPriority.get(priority);
    if (!waiting) {
      this.#byPriority.set(priority, new Set([waiter]));
      this.#priorities = [...this.#byPriority.keys()].sort((left, right) => right - left);
    } else if (arrival > this.#last) waiting.add(waiter);
    else
      this.#byPriority.set(priority, new Set([...waiting, waiter].sort((left, right) => left.arrival - right.arrival)));
    this.#last = Math.max(this.#last, arrival);
    this.#size += 1;
  }

  /** Takes a waiter out; false when it does not wait. */
  remove(waiter: Waiter): boolean {
    const waiting = this.#byPriority.get(waiter.priority);
    if (!waiting?.delete(waiter)) return false;
    this.#size -= 1;
    if (waiting.size === 0) {
      this.#byPriority.delete(waiter.priority);
      this.#priorities = this.#priorities.filter((priority) => priority !== waiter.priority);
    }
    return true;
  }

  /** In order; waiters may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<Waiter> {
    for (const priority of this.#priorities) yield* this.#byPriority.get(priority) ?? [];
  }
}
