/** A call in flight: its result, its cancellation, and the clients that wait for it. */
export class PendingCall<Result> {
  readonly result: Promise<Result>;
  readonly #controller = new AbortController();
  #waiting = 0;
  #settled = false;
  #grace: NodeJS.Timeout | undefined;

  constructor(work: (signal: AbortSignal) => Promise<Result>) {
    this.result = work(this.#controller.signal).finally(() => {
      this.#settled = true;
      clearTimeout(this.#grace);
    });
    this.result.catch(() => {});
  }

  /** One that is over. */
  static of<Result>(result: Result): PendingCall<Result> {
    return new PendingCall(async () => result);
  }

  /** Aborts the work's signal. */
  cancel(): void {
    this.#controller.abort(new Error('the call was cancelled'));
  }

  /** Counts a client that waits; the returned function counts it off again. */
  join(): () => void {
    this.#waiting++;
    clearTimeout(this.#grace);
    return () => {
      this.#waiting--;
    };
  }

  /** Cancels after a time unless somebody waits again by then. */
  cancelUnlessJoined(graceMs: number): void {
    if (this.#waiting > 0 || this.#settled) return;
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.cancel(), graceMs);
  }
}
