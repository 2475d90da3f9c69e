import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import { RexError } from '../../../core/errors.ts';
import type { Failover } from './lease.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { Standing } from './waiting-line.ts';

/** One call of `acquire` until it has its answer; the answer comes once. */
export class Waiter<Request extends LeaseRequest, Answer> implements Standing {
  readonly request: Request;
  readonly priority: number;
  readonly arrival: number;
  readonly since: number;
  /** Places that were down when the one that serves it was chosen. */
  failedOver: readonly Failover[] = [];
  readonly #answer = deferred<Answer>();
  readonly #giveUp = new AbortController();
  readonly #onSettled: () => void;
  #cancel: () => void = () => {};
  #isSettled = false;

  constructor(request: Request, arrival: number, clock: Clock, onSettled: () => void) {
    this.request = request;
    this.priority = request.priority ?? 2;
    this.arrival = arrival;
    this.since = clock.now();
    this.#onSettled = onSettled;
    const { timeoutMs } = request;
    // Its own signal, since one that many share warns of many listeners.
    const signal = request.signal && AbortSignal.any([request.signal]);
    const onAbort = (): void => this.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = timeoutMs === undefined ? () => {} : clock.setTimer(timeoutMs, () => this.#timeOut(timeoutMs));
    this.#cancel = () => {
      signal?.removeEventListener('abort', onAbort);
      cancelTimer();
    };
  }

  /** The answer: what was leased, or why nothing was. */
  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Aborts once nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }

  resolve(answer: Answer): void {
    if (this.#settle()) this.#answer.resolve(answer);
  }

  reject(reason: unknown): void {
    if (!this.#settle()) return;
    this.#answer.reject(reason);
    this.#giveUp.abort(reason);
    this.#onSettled();
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#cancel();
    return true;
  }

  #timeOut(waitedMs: number): void {
    const hint = 'Raise `timeoutMs` or `max`, or see `pool.stats` for who holds the leases.';
    this.reject(new RexError('WAIT_TIMEOUT', `no lease within ${waitedMs} ms`, { waitedMs, output: '' }, { hint }));
  }
}
