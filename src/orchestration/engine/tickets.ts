import type { Clock } from '../../core/clock.ts';
import type { Ticket } from './run-state.ts';

/** Watches the time that tickets have. */
export class TicketTimers {
  readonly #clock: Clock;
  readonly #onExpired: (ticket: string) => void;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock, onExpired: (ticket: string) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Begins to watch a ticket; one without a limit is not watched. */
  watch({ ticket, expiresAt }: Ticket): void {
    if (expiresAt === undefined) return;
    const cancel = this.#clock.setTimer(expiresAt - this.#clock.now(), () => {
      this.#cancels.delete(ticket);
      this.#onExpired(ticket);
    });
    this.#cancels.set(ticket, cancel);
  }

  /** Stops watching a ticket. */
  forget(ticket: string): void {
    this.#cancels.get(ticket)?.();
    this.#cancels.delete(ticket);
  }

  /** Stops watching. */
  close(): void {
    for (const ticket of [...this.#cancels.keys()]) this.forget(ticket);
  }
}
