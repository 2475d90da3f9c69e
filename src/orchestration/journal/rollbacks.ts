import type { JournalEvent } from './journal.ts';

/** Type of the event that undoes those between its target and itself. */
export const rollbackType = 'journal.rollback';

/** Makes the event of a rollback to `sequence`. */
export function rollbackEvent(sequence: number, at: number): JournalEvent {
  return { type: rollbackType, at, data: { to: sequence } };
}

/** Knows which sequences of a stream were undone. */
export class Rollbacks {
  readonly #undone: { readonly after: number; readonly until: number }[] = [];

  /** Takes note of an event of the stream. */
  observe(event: JournalEvent, sequence: number): void {
    if (event.type === rollbackType) {
      this.#undone.push({ after: (event.data as { to: number }).to, until: sequence });
    }
  }

  /** True for events between a rollback's target and the rollback, itself included. */
  isUndone(sequence: number): boolean {
    return this.#undone.some(({ after, until }) => sequence > after && sequence <= until);
  }
}
