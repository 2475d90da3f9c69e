import type { Clock } from '../../../core/clock.ts';
import { invalidArgument } from '../../../core/errors.ts';
import type { PoolPlacement } from './place.ts';
import type { ResourceMonitor } from './resource-monitor.ts';

/** How places are checked. All optional. */
export interface HealthCheckOptions {
  /** Time between two checks of a place, and between two attempts to bring it up again. Default 10,000. */
  readonly intervalMs?: number;
  /** Time that a place has to answer. Default 5,000. */
  readonly timeoutMs?: number;
  /** Checks in a row that must fail. Default 2. A lease that cannot be opened at a place that does not answer is enough. */
  readonly failures?: number;
}

/** How a pool works. All optional. */
export interface PoolOptions {
  /** Sessions or deployments at once, in use or not. Default 30. */
  readonly max?: number;
  /** Which place serves a request. Default {@link firstPlace}: the first in the list that is up and has room. */
  readonly placement?: PoolPlacement;
  /** Closes what has rested for so long. Spares stay. Default 600,000. */
  readonly idleMs?: number;
  /** Closes what is so old, as soon as it rests. Default Infinity. */
  readonly lifetimeMs?: number;
  /** Time that a closing may take before its seat is free for others. Default 10,000. */
  readonly closeTimeoutMs?: number;
  readonly health?: HealthCheckOptions;
  /** Hands out nothing while this machine is above the monitor's limits. Default: none. */
  readonly monitor?: ResourceMonitor;
  readonly clock?: Clock;
}

/** How a pool closes. All optional. */
export interface PoolCloseOptions {
  /** Told to those who wait. */
  readonly reason?: string;
  /** Time between the abort of the leases' signals and the end of what they hold. Default 5,000. */
  readonly graceMs?: number;
}

const sizes = ['max'] as const;
const durations = ['idleMs', 'lifetimeMs', 'closeTimeoutMs'] as const;

/** @throws INVALID_ARGUMENT for a figure that makes no sense */
export function checkPoolOptions(options: PoolOptions): void {
  for (const name of sizes) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw invalidArgument(name, 'a whole number above 0', value);
  }
  const { intervalMs, timeoutMs } = options.health ?? {};
  const times = { ...Object.fromEntries(durations.map((name) => [name, options[name]])), intervalMs, timeoutMs };
  for (const [name, value] of Object.entries(times)) {
    if (value !== undefined && !(value > 0)) throw invalidArgument(name, 'a duration above 0', value);
  }
}
