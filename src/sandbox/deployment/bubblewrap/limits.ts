import { invalidArgument } from '../../../core/errors.ts';

/** What everything inside one sandbox may use together, or, where noted, each process for itself. All optional. */
export interface SandboxLimits {
  /** Memory in bytes, of all processes together. */
  readonly memoryBytes?: number;
  /** Processes and threads at once, the sandbox's own two per command included. */
  readonly processes?: number;
  /** Processors' worth of time, for example 0.5, of all processes together. */
  readonly cpus?: number;
  /** Processor time of each process, in whole seconds. */
  readonly cpuSeconds?: number;
  /** Size of each file that is written, in bytes, rounded up to a multiple of 512. */
  readonly fileSizeBytes?: number;
}

/** Name of one limit. */
export type LimitName = keyof SandboxLimits;

const smallest: Record<LimitName, number> = {
  memoryBytes: 4 * 1024 * 1024,
  processes: 8,
  cpus: 0.01,
  cpuSeconds: 1,
  fileSizeBytes: 512,
};

/** Refuses limits under which nothing could start. @throws INVALID_ARGUMENT */
export function checkLimits(limits: SandboxLimits): void {
  for (const name of Object.keys(smallest) as LimitName[]) {
    const value = limits[name];
    if (value === undefined) continue;
    const whole = name === 'cpus' || Number.isInteger(value);
    if (!Number.isFinite(value) || !whole || value < smallest[name]) {
      const kind = name === 'cpus' ? 'a number' : 'a whole number';
      throw invalidArgument(`limits.${name}`, `${kind} of at least ${smallest[name]}`, value);
    }
  }
}

/** What happened when a limit was reached, in words. */
export function describeLimit(name: LimitName, limits: SandboxLimits): string {
  const value = limits[name] ?? 0;
  switch (name) {
    case 'memoryBytes':
      return `memory limit of ${describeBytes(value)} reached`;
    case 'processes':
      return `process limit of ${value} reached`;
    case 'cpus':
      return `limit of ${value} CPUs reached`;
    case 'cpuSeconds':
      return `CPU time limit of ${value} s reached`;
    case 'fileSizeBytes':
      return `file size limit of ${describeBytes(value)} reached`;
  }
}

function describeBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= size) return `${Number((bytes / size).toFixed(1))} ${unit}`;
  }
  return `${bytes} bytes`;
}
