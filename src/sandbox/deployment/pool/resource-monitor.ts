import { type Clock, systemClock } from '../../../core/clock.ts';
import { invalidArgument } from '../../../core/errors.ts';
import { LoadMeter } from './load-meter.ts';
import { type Alert, type HealthLimits, judgeLoad, type SystemHealth, type SystemLoad } from './system-health.ts';
import { TypedEvents } from './typed-events.ts';

/** How a {@link ResourceMonitor} measures and judges. All optional. */
export interface ResourceMonitorOptions extends HealthLimits {
  /** Measures the load. Default: this machine's, or the container's around this process, whichever is tighter. */
  readonly readLoad?: () => SystemLoad | Promise<SystemLoad>;
  /** Directory in which `proc` and `sys` are found. Default `/`. */
  readonly root?: string;
  /** What the network can carry, for its share. Default 125,000,000 (1 Gbit/s). */
  readonly networkBytesPerSecond?: number;
  /** Time between two measurements while it watches. Default 1,000. */
  readonly intervalMs?: number;
  readonly clock?: Clock;
}

/** Everything that a monitor tells, with the payload of each. */
export interface MonitorEvents {
  /** Every measurement. */
  measured: SystemHealth;
  /** A measurement above a limit, each time. */
  alert: Alert;
}

/**
 * Measures how busy this machine is and raises alerts. A pool that is given one hands out nothing while there are any.
 *
 * @example
 * const monitor = new ResourceMonitor();
 * monitor.events.on('alert', ({ name, usage }) => console.warn(name, usage));
 * using watching = monitor.watch();
 */
export class ResourceMonitor {
  readonly events: TypedEvents<MonitorEvents> = new TypedEvents<MonitorEvents>();
  readonly #options: ResourceMonitorOptions;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #readLoad: () => SystemLoad | Promise<SystemLoad>;
  #watchers = 0;
  #cancel: () => void = () => {};

  constructor(options: ResourceMonitorOptions = {}) {
    const { clock = systemClock, intervalMs = 1_000 } = options;
    if (!(intervalMs > 0)) throw invalidArgument('intervalMs', 'a duration above 0', intervalMs);
    this.#options = options;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    const meter = new LoadMeter(options);
    this.#readLoad = options.readLoad ?? (() => meter.read());
  }

  /** Measures now, tells the listeners, and returns the state. The first measurement of this machine takes 100 ms. */
  async check(): Promise<SystemHealth> {
    const health = judgeLoad(await this.#readLoad(), this.#options);
    for (const alert of health.alerts) this.events.emit('alert', alert);
    this.events.emit('measured', health);
    return health;
  }

  /** Measures at intervals until the result is disposed, and does not keep the process alive. */
  watch(): Disposable {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#arm();
    let isWatching = true;
    return {
      [Symbol.dispose]: () => {
        if (isWatching) this.#watchers -= 1;
        isWatching = false;
        if (this.#watchers === 0) this.#cancel();
      },
    };
  }

  #arm(): void {
    this.#cancel();
    this.#cancel = this.#clock.setTimer(this.#intervalMs, () => void this.#measure(), { background: true });
  }

  async #measure(): Promise<void> {
    try {
      await this.check();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
    if (this.#watchers > 0) this.#arm();
  }
}
