import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { type Clock, sleep, systemClock } from '../../../core/clock.ts';
import { type GroupUse, readGroupUse } from './group-use.ts';
import { type MachineUse, readMachineUse } from './machine-use.ts';
import type { SystemLoad } from './system-health.ts';

/** What a {@link LoadMeter} reads, and against what. */
export interface LoadMeterOptions {
  /** Directory in which `proc` and `sys` are found. Default `/`. */
  readonly root?: string;
  readonly networkBytesPerSecond?: number;
  readonly clock?: Clock;
}

interface Sample {
  readonly at: number;
  readonly machine: MachineUse;
  readonly groups: readonly GroupUse[];
}

/** Shorter than this, a difference of counters says little. */
const shortestMs = 100;

/**
 * Measures the load from `/proc` and from the control groups around this process: of each share the greater, since the
 * tighter limit counts. Without `/proc` it is the load average for each core and the memory that the system calls free.
 */
export class LoadMeter {
  readonly #root: string;
  readonly #networkBytesPerSecond: number;
  readonly #clock: Clock;
  #last: Sample | undefined;
  #found: SystemLoad | undefined;

  constructor(options: LoadMeterOptions = {}) {
    this.#root = options.root ?? '/';
    this.#networkBytesPerSecond = options.networkBytesPerSecond ?? 125_000_000;
    this.#clock = options.clock ?? systemClock;
  }

  /** The load since the last reading; the first one waits 100 ms. */
  async read(): Promise<SystemLoad> {
    if (!this.#last) {
      this.#last = this.#sample();
      if (!this.#last) return loadOfSystem();
      await sleep(this.#clock, shortestMs);
    }
    const now = this.#sample();
    if (!now) return loadOfSystem();
    if (this.#found && now.at - this.#last.at < shortestMs) return this.#found;
    this.#found = this.#compare(this.#last, now);
    this.#last = now;
    return this.#found;
  }

  #sample(): Sample | undefined {
    const machine = readMachineUse(this.#root);
    return machine && { at: this.#clock.now(), machine, groups: readGroupUse(this.#root) };
  }

  #compare(before: Sample, now: Sample): SystemLoad {
    const elapsedMs = Math.max(1, now.at - before.at);
    const total = now.machine.totalTicks - before.machine.totalTicks;
    const busy = now.machine.busyTicks - before.machine.busyTicks;
    const ofGroups = now.groups.map(({ path, cpuMs, cpus }) => {
      const earlier = before.groups.find((group) => group.path === path);
      return earlier === undefined ? 0 : (cpuMs - earlier.cpuMs) / (elapsedMs * cpus);
    });
    const bytes = now.machine.networkBytes - before.machine.networkBytes;
    return {
      cpu: share(Math.max(total > 0 ? busy / total : 0, ...ofGroups)),
      memory: share(Math.max(now.machine.memory, ...now.groups.map(({ memory }) => memory))),
      network: share((bytes * 1000) / elapsedMs / this.#networkBytesPerSecond),
    };
  }
}

function loadOfSystem(): SystemLoad {
  const cpu = share((loadavg()[0] ?? 0) / availableParallelism());
  return { cpu, memory: share(1 - freemem() / totalmem()), network: 0 };
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
