import { invalidArgument, RexError } from '../../core/errors.ts';
import type { WholeAnswer } from './http/route.ts';
import { PendingCall } from './pending-call.ts';

/** How much is kept for repeats. */
export interface LedgerLimits {
  readonly maxKeptAnswers: number;
  readonly maxKeptBytes: number;
  readonly maxKeptMs: number;
}

/** A call's answer, and whether repeats may have it. */
export interface Outcome {
  readonly answer: WholeAnswer;
  /** False for an answer that says that nothing was done, such as a body that broke off. */
  readonly keep: boolean;
}

interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: WholeAnswer;
  readonly bytes: number;
  readonly keptAt: number;
}

/** Ids are remembered far longer than answers, so that a late repeat is refused and never runs again. */
const maxRememberedIds = 50_000;

/**
 * Makes repeats of a request harmless: an id that is in flight is joined, one that is done gets the same answer, errors
 * included, and one whose answer is no longer kept gets OUTCOME_UNKNOWN. Memory is bounded by count, bytes and age.
 */
export class RequestLedger {
  readonly #limits: LedgerLimits;
  readonly #now: () => number;
  readonly #pending = new Map<string, { readonly fingerprint: string; readonly call: PendingCall<Outcome> }>();
  /** Oldest first. */
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #forgotten = new Set<string>();
  readonly #cancelled = new Set<string>();
  #keptBytes = 0;
  #expiry: NodeJS.Timeout | undefined;

  constructor(limits: LedgerLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** How many answers are kept, and their bytes. */
  get kept(): { readonly answers: number; readonly bytes: number } {
    return { answers: this.#kept.size, bytes: this.#keptBytes };
  }

  /** Whether the id has been seen. */
  knows(id: string): boolean {
    return this.#pending.has(id) || this.#kept.has(id) || this.#forgotten.has(id);
  }

  /**
   * Runs `work` for an id that is new; otherwise joins the call in flight or repeats its answer.
   * @throws INVALID_ARGUMENT when the id belongs to another request, OUTCOME_UNKNOWN when its answer is gone
   */
  open(id: string, fingerprint: string, work: (signal: AbortSignal) => Promise<Outcome>): PendingCall<Outcome> {
    this.#expire();
    const pending = this.#pending.get(id);
    if (pending !== undefined) return matching(pending, fingerprint).call;
    const kept = this.#kept.get(id);
    if (kept !== undefined) return PendingCall.of({ answer: matching(kept, fingerprint).answer, keep: true });
    if (this.#forgotten.has(id)) throw outcomeGone();
    const call = new PendingCall(work);
    if (this.#cancelled.delete(id)) call.cancel();
    this.#pending.set(id, { fingerprint, call });
    void call.result.then(
      ({ answer, keep }) => this.#settle(id, keep ? { fingerprint, answer } : undefined),
      () => this.#settle(id, undefined),
    );
    return call;
  }

  /** Cancels the call with this id, also one that has not arrived yet. Returns whether one was in flight. */
  cancel(id: string): boolean {
    const pending = this.#pending.get(id);
    pending?.call.cancel();
    if (pending === undefined && !this.knows(id)) remember(this.#cancelled, id);
    return pending !== undefined;
  }

  /** Drops everything that is kept. */
  clear(): void {
    clearTimeout(this.#expiry);
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #settle(id: string, done: { readonly fingerprint: string; readonly answer: WholeAnswer } | undefined): void {
    this.#pending.delete(id);
    if (done === undefined) return;
    const bytes = Buffer.byteLength(done.answer.body) + 512;
    this.#kept.set(id, { ...done, bytes, keptAt: this.#now() });
    this.#keptBytes += bytes;
    this.#expire();
    this.#expiry ??= setTimeout(() => this.#tick(), this.#limits.maxKeptMs).unref();
  }

  #tick(): void {
    this.#expiry = undefined;
    this.#expire();
    if (this.#kept.size > 0) this.#expiry = setTimeout(() => this.#tick(), this.#limits.maxKeptMs).unref();
  }

  #expire(): void {
    const { maxKeptAnswers, maxKeptBytes, maxKeptMs } = this.#limits;
    const oldest = this.#now() - maxKeptMs;
    for (const [id, { keptAt, bytes }] of this.#kept) {
      if (this.#kept.size <= maxKeptAnswers && this.#keptBytes <= maxKeptBytes && keptAt > oldest) break;
      this.#kept.delete(id);
      this.#keptBytes -= bytes;
      remember(this.#forgotten, id);
    }
  }
}

function matching<Known extends { readonly fingerprint: string }>(known: Known, fingerprint: string): Known {
  if (known.fingerprint === fingerprint) return known;
  throw invalidArgument('X-Request-ID', 'an id of its own for every request', 'one that another request has used');
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  if (ids.size <= maxRememberedIds) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    break;
  }
}

/** The refusal of a repeat whose first run's answer is no longer here. */
export function outcomeGone(): RexError<'OUTCOME_UNKNOWN'> {
  const reason = 'the request may have run before; its answer is no longer kept';
  const hint = 'Look at the state of the target, then send a new request.';
  return new RexError('OUTCOME_UNKNOWN', `Not run again: ${reason}`, { operation: 'repeat', reason }, { hint });
}
