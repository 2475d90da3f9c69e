import type { ContainerStats as EngineStats } from 'dockerode';

/** What a container uses. */
export interface ContainerStats {
  /** Processors' worth of time over the last second: 1.5 is one and a half processors busy. */
  readonly cpus: number;
  /** Processor time since its start. */
  readonly cpuSeconds: number;
  /** Memory in use, less the cache that can be given back. */
  readonly memoryBytes: number;
  /** What it may use: its limit, or the machine's memory. */
  readonly memoryLimitBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  readonly networkReceivedBytes: number;
  readonly networkSentBytes: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
}

/** The engine's figures, which differ between control groups of version 1 and 2, as ours. */
export function toStats(found: EngineStats): ContainerStats {
  const { cpu_stats: now, precpu_stats: before, memory_stats: memory } = found;
  const used = now.cpu_usage.total_usage;
  const spent = used - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  const networks = Object.values(found.networks ?? {});
  const disk = found.blkio_stats?.io_service_bytes_recursive ?? [];
  const moved = (operation: string) =>
    sum(disk.filter(({ op }) => op.toLowerCase() === operation).map(({ value }) => value));
  return {
    cpus: passed > 0 && spent > 0 ? (spent / passed) * (now.online_cpus || 1) : 0,
    cpuSeconds: used / 1e9,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
    memoryLimitBytes: memory.limit ?? 0,
    processes: found.pids_stats?.current ?? 0,
    networkReceivedBytes: sum(networks.map(({ rx_bytes }) => rx_bytes)),
    networkSentBytes: sum(networks.map(({ tx_bytes }) => tx_bytes)),
    diskReadBytes: moved('read'),
    diskWrittenBytes: moved('write'),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
