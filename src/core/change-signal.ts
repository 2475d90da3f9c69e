import { type Deferred, deferred } from './deferred.ts';

/** Tells everybody who waits that something has changed. */
export class ChangeSignal {
  #next: Deferred<void> | undefined;

  /** Resolves at the next {@link notify}. */
  next(): Promise<void> {
    this.#next ??= deferred<void>();
    return this.#next.promise;
  }

  notify(): void {
    this.#next?.resolve();
    this.#next = undefined;
  }
}
