import type { LeaseInfo } from './lease.ts';
import type { CloseReason } from './pool-events.ts';

/** Figures of a pool since its start. */
export interface PoolStats {
  readonly max: number;
  /** Leased now. */
  readonly busy: number;
  /** Resting now. */
  readonly idle: number;
  /** Coming up now. */
  readonly opening: number;
  /** Ending now. */
  readonly closing: number;
  /** Requests that wait now. */
  readonly waiting: number;
  /** Whether the monitor keeps leases back now. */
  readonly isPaused: boolean;
  readonly acquired: number;
  readonly released: number;
  /** Leases that got what their key had before. */
  readonly reused: number;
  /** Leases that went past a place that was down. */
  readonly failovers: number;
  /** Requests that ended without a lease. */
  readonly refused: number;
  readonly opened: number;
  /** Closings by reason. */
  readonly closed: Readonly<Record<CloseReason, number>>;
  /** Time that all granted requests waited. */
  readonly waitedMs: number;
  readonly longestWaitMs: number;
  /** Time that all leases, past and present, were held. */
  readonly busyMs: number;
  /** Time since the start, until the end. */
  readonly openMs: number;
  /** Busy lease time by pool time: `busyMs / (openMs * max)`. */
  readonly utilisation: number;
}

/** Counts what happens. */
export class PoolFigures {
  acquired = 0;
  released = 0;
  reused = 0;
  failovers = 0;
  refused = 0;
  opened = 0;
  waitedMs = 0;
  longestWaitMs = 0;
  /** Time of the leases that are over. */
  heldMs = 0;
  startedAt: number | undefined;
  endedAt: number | undefined;
  readonly closed: Record<CloseReason, number> = {
    recycled: 0,
    idle: 0,
    lifetime: 0,
    released: 0,
    unusable: 0,
    'place-down': 0,
    unwanted: 0,
    'pool-closed': 0,
  };

  /** Counts a lease that is handed out; `acquired` counts itself. */
  granted({ waitedMs, isReused, failedOver }: LeaseInfo): void {
    this.waitedMs += waitedMs;
    this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
    if (isReused) this.reused += 1;
    if (failedOver.length > 0) this.failovers += 1;
  }

  /** The figures now, with the state of the pool. */
  read(
    now: number,
    state: Pick<PoolStats, 'max' | 'busy' | 'idle' | 'opening' | 'closing' | 'waiting' | 'isPaused'>,
    heldSince: readonly number[],
  ): PoolStats {
    const { acquired, released, reused, failovers, refused, opened, waitedMs, longestWaitMs } = this;
    const counted = { acquired, released, reused, failovers, refused, opened, waitedMs, longestWaitMs };
    const busyMs = heldSince.reduce((sum, since) => sum + now - since, this.heldMs);
    const openMs = (this.endedAt ?? now) - (this.startedAt ?? now);
    const utilisation = openMs > 0 ? busyMs / (openMs * state.max) : 0;
    return { ...state, ...counted, closed: { ...this.closed }, busyMs, openMs, utilisation };
  }
}
