import type { Json } from '../core/json.ts';

/** Shares of what the machine has, 0 to 1. */
export interface Load {
  readonly cpu: number;
  readonly memory: number;
  readonly network: number;
}

/** State of the machine. */
export interface Health extends Load {
  /** True when processor and memory are both below their limits. */
  readonly healthy: boolean;
}

/** How {@link monitor} judges. */
export interface MonitorOptions {
  /** Measures the load now; {@link readMachineLoad} is one. */
  readonly readLoad: () => Load | Promise<Load>;
  /** Share of the processor from which the machine is not healthy. Default 0.9. */
  readonly cpuMax?: number;
  /** Share of memory from which the machine is not healthy. Default 0.85. */
  readonly memoryMax?: number;
  /** Told when a share is above its limit: `HIGH_CPU_USAGE`, `HIGH_MEMORY_USAGE`. */
  readonly onAlert?: (name: string, data: Json) => void;
}

/** Watches the load. A share of exactly its limit is not healthy and raises no alert. */
export function monitor(options: MonitorOptions): { check(): Promise<Health> } {
  const { readLoad, cpuMax = 0.9, memoryMax = 0.85, onAlert } = options;
  return {
    check: async () => {
      const { cpu, memory, network } = await readLoad();
      if (cpu > cpuMax) onAlert?.('HIGH_CPU_USAGE', { usage: cpu });
      if (memory > memoryMax) onAlert?.('HIGH_MEMORY_USAGE', { usage: memory });
      return { cpu, memory, network, healthy: cpu < cpuMax && memory < memoryMax };
    },
  };
}
