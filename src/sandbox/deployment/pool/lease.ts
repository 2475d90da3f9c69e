import { RexError } from '../../../core/errors.ts';
import type { LeaseRequest } from './lease-request.ts';

/** A place that a lease could not be at, although it comes earlier in the list. */
export interface Failover {
  readonly place: string;
  /** Why that place is down. */
  readonly reason: string;
}

/** What is known about a lease. */
export interface LeaseInfo extends Pick<LeaseRequest, 'agent' | 'agentType' | 'key' | 'requires'> {
  /** Unique in the pool; another one for every lease, also of the same session. */
  readonly id: string;
  /** Name of the place. */
  readonly place: string;
  /** When it was handed out, in milliseconds since 1970. */
  readonly since: number;
  /** Time between the request and that. */
  readonly waitedMs: number;
  /** Whether it is what the same key had before. */
  readonly isReused: boolean;
  /** Places before this one that were down, with the reasons. */
  readonly failedOver: readonly Failover[];
}

/** The right to use something alone until `release`, which the end of `await using` calls. */
export interface Lease extends LeaseInfo, AsyncDisposable {
  /** Aborts when the pool closes, with POOL_CLOSED, and when the request's signal does. */
  readonly signal: AbortSignal;
  readonly isReleased: boolean;
  /** Gives it back; resolves once it rests or is closed. Idempotent. */
  release(): Promise<void>;
}

/** What a pool makes a lease of. */
export interface LeaseTerms<Value> {
  readonly info: LeaseInfo;
  readonly value: Value;
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** What all leases share. */
export abstract class HeldLease<Value> implements Lease {
  readonly id: string;
  readonly agent?: string;
  readonly agentType?: string;
  readonly key?: string;
  readonly requires?: NonNullable<LeaseRequest['requires']>;
  readonly place: string;
  readonly since: number;
  readonly waitedMs: number;
  readonly isReused: boolean;
  readonly failedOver: readonly Failover[];
  readonly signal: AbortSignal;
  readonly #terms: LeaseTerms<Value>;
  #released: Promise<void> | undefined;

  constructor(terms: LeaseTerms<Value>) {
    const { id, agent, agentType, key, requires, place, since, waitedMs, isReused, failedOver } = terms.info;
    this.id = id;
    if (agent !== undefined) this.agent = agent;
    if (agentType !== undefined) this.agentType = agentType;
    if (key !== undefined) this.key = key;
    if (requires !== undefined) this.requires = requires;
    this.place = place;
    this.since = since;
    this.waitedMs = waitedMs;
    this.isReused = isReused;
    this.failedOver = failedOver;
    this.signal = terms.signal;
    this.#terms = terms;
  }

  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  release(): Promise<void> {
    this.#released ??= this.#terms.release();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** What is leased. @throws LEASE_RELEASED */
  protected get value(): Value {
    if (!this.#released) return this.#terms.value;
    const hint = 'Acquire another lease; with the same key it has the same state.';
    throw new RexError('LEASE_RELEASED', `lease ${this.id} is released`, { lease: this.id }, { hint });
  }
}
