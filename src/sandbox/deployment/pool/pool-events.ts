import type { Failover, LeaseInfo } from './lease.ts';
import type { Alert, SystemHealth } from './system-health.ts';

/**
 * Why something was closed: its seat was wanted (`recycled`), it rested too long (`idle`), it was too old (`lifetime`),
 * nobody else may have it (`released`), it no longer worked or was in the middle of a call (`unusable`), its place went
 * down (`place-down`), nobody wanted it any more (`unwanted`), or the pool ended (`pool-closed`).
 */
export type CloseReason =
  | 'recycled'
  | 'idle'
  | 'lifetime'
  | 'released'
  | 'unusable'
  | 'place-down'
  | 'unwanted'
  | 'pool-closed';

/** A session or deployment of the pool was opened. */
export interface OpenedEvent {
  readonly place: string;
  readonly durationMs: number;
}

/** A session or deployment of the pool was closed. */
export interface ClosedEvent {
  readonly place: string;
  /** Whose state it had; undefined when nobody had used it. */
  readonly key: string | undefined;
  readonly reason: CloseReason;
  readonly ageMs: number;
}

/** A lease was given back. */
export interface ReleasedEvent {
  readonly lease: LeaseInfo;
  readonly heldMs: number;
  /** Whether the state is kept for the next lease with the same key. */
  readonly isKept: boolean;
}

/** A lease went to a later place. */
export interface FailoverEvent {
  readonly lease: LeaseInfo;
  /** The places that were passed over. */
  readonly from: readonly Failover[];
  readonly to: string;
}

/** A place went down. */
export interface DownEvent {
  readonly place: string;
  readonly reason: string;
}

/** A place came up. */
export interface UpEvent {
  readonly place: string;
  /** How long it had been down. */
  readonly downMs: number;
}

/** Everything that a pool tells, with the payload of each. */
export interface PoolEvents {
  acquired: LeaseInfo;
  released: ReleasedEvent;
  opened: OpenedEvent;
  closed: ClosedEvent;
  failover: FailoverEvent;
  down: DownEvent;
  up: UpEvent;
  /** The machine is overloaded: nothing is handed out until `resumed`. */
  paused: SystemHealth;
  resumed: SystemHealth;
  alert: Alert;
}
