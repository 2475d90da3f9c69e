/** Shares of what the machine, or the container around this process, has: 0 to 1. */
export interface SystemLoad {
  readonly cpu: number;
  readonly memory: number;
  readonly network: number;
}

/** State of the machine. */
export interface SystemHealth extends SystemLoad {
  /** True when processor and memory are both below their limits; a share of exactly its limit is not. */
  readonly healthy: boolean;
  /** Limits that are exceeded; a share of exactly its limit exceeds nothing. */
  readonly alerts: readonly Alert[];
}

/** Name of an {@link Alert}. */
export type AlertName = 'HIGH_CPU_USAGE' | 'HIGH_MEMORY_USAGE';

/** A share is above its limit. */
export interface Alert {
  readonly name: AlertName;
  readonly usage: number;
  readonly limit: number;
}

/** Limits of a healthy machine. */
export interface HealthLimits {
  /** Share of the processor above which there is an alert. Default 0.9. */
  readonly cpuMax?: number;
  /** Share of the memory above which there is an alert. Default 0.85. */
  readonly memoryMax?: number;
}

/** Judges a load. A share of exactly its limit raises no alert and is not healthy. */
export function judgeLoad({ cpu, memory, network }: SystemLoad, limits: HealthLimits = {}): SystemHealth {
  const { cpuMax = 0.9, memoryMax = 0.85 } = limits;
  const alerts: Alert[] = [];
  if (cpu > cpuMax) alerts.push({ name: 'HIGH_CPU_USAGE', usage: cpu, limit: cpuMax });
  if (memory > memoryMax) alerts.push({ name: 'HIGH_MEMORY_USAGE', usage: memory, limit: memoryMax });
  return { cpu, memory, network, healthy: cpu < cpuMax && memory < memoryMax, alerts };
}
