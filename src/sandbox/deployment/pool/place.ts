import type { LeaseRequest } from './lease-request.ts';
import { type Amounts, addAmounts, amountsOf, findMisfit, fits, type Requirements } from './requirements.ts';

/** How the things that are leased come into being, one kind of place at a time. */
export interface Source<Value, Request extends LeaseRequest = LeaseRequest> {
  readonly name: string;
  /** What the place offers. */
  readonly offers: Requirements;
  /** Whether leases share the amounts it offers, or each has them for itself. */
  readonly isShared: boolean;
  /** Most things at once. */
  readonly max: number;
  /** Unused ones kept ready. */
  readonly spares: number;
  /** Brings the place up, at first and when it was down. It rejects when the place stays down. */
  start(signal: AbortSignal): Promise<void>;
  /** Why the place is down, or undefined. Never rejects. */
  check(): Promise<string | undefined>;
  /** Takes the place down. */
  stop(): Promise<void>;
  /** Makes one thing. */
  open(request: Request, signal: AbortSignal): Promise<Value>;
  /** Why the place is down, after `open` failed with this error; undefined when the request is to blame. */
  blame(error: unknown): Promise<string | undefined>;
  /** True when a thing can be made as for any other request, so that a spare does as well. */
  isPlain(request: Request): boolean;
  /** Whether a thing works and rests, so that it can be kept for its next lessee. */
  isUsable(value: Value): Promise<boolean>;
  /** Ends a thing. */
  close(value: Value): Promise<void>;
}

/** A place as `pool.places` shows it. */
export interface PlaceStatus {
  readonly name: string;
  readonly state: 'up' | 'down';
  /** Why it is down; undefined while it is up. */
  readonly reason: string | undefined;
  /** When it came into this state, in milliseconds since 1970. */
  readonly since: number;
  /** Leases at it. */
  readonly busy: number;
  /** Things at it, leased or not. */
  readonly size: number;
}

/** Chooses a place among those that could serve a request now, given in their declared order. */
export type PoolPlacement = (candidates: readonly PlaceStatus[], request: LeaseRequest) => string;

/** The first in the declared order. */
export const firstPlace: PoolPlacement = ([first]) => first?.name ?? '';

/** The one with the fewest leases; the first of equals. */
export const leastBusyPlace: PoolPlacement = (candidates) =>
  candidates.reduce((best, place) => (place.busy < best.busy ? place : best)).name;

/** A place and the account of what is there. */
export class Place<Value, Request extends LeaseRequest = LeaseRequest> {
  readonly source: Source<Value, Request>;
  /** Things at it, those that open and close included. */
  size = 0;
  busy = 0;
  /** Unset when a spare cannot be made, until the next check. */
  isSparing = true;
  /** Checks in a row that failed. */
  failedChecks = 0;
  #free: Amounts;
  #down: string | undefined = 'it is not started';
  #since: number;

  constructor(source: Source<Value, Request>, now: number) {
    this.source = source;
    this.#free = amountsOf(source.offers, Number.POSITIVE_INFINITY);
    this.#since = now;
  }

  /** Why it is down; undefined while it is up. */
  get down(): string | undefined {
    return this.#down;
  }

  /** Since when it has been up or down. */
  get since(): number {
    return this.#since;
  }

  get status(): PlaceStatus {
    const { down: reason, since, busy, size } = this;
    return { name: this.source.name, state: reason === undefined ? 'up' : 'down', reason, since, busy, size };
  }

  /** Takes note that it is up, or down for a reason; `since` stays when it only learns another reason. */
  mark(down: string | undefined, now: number): void {
    if ((down === undefined) !== (this.#down === undefined)) this.#since = now;
    this.#down = down;
    this.failedChecks = 0;
    this.isSparing = true;
  }

  /** True when it could serve the needs if nothing else were there. */
  suits(needs: Requirements = {}): boolean {
    return findMisfit(this.source.offers, needs) === undefined;
  }

  /** True when the amounts needed are free. */
  hasFree(needs: Requirements = {}): boolean {
    return fits(this.#free, amountsOf(needs, 0));
  }

  /** Reserves what a lease needs. */
  take(needs: Requirements = {}): void {
    this.busy += 1;
    if (this.source.isShared) this.#free = addAmounts(this.#free, amountsOf(needs, 0), -1);
  }

  /** Gives it back. */
  give(needs: Requirements = {}): void {
    this.busy -= 1;
    if (this.busy === 0) this.#free = amountsOf(this.source.offers, Number.POSITIVE_INFINITY);
    else if (this.source.isShared) this.#free = addAmounts(this.#free, amountsOf(needs, 0), 1);
  }
}
