import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { Load } from './health.ts';

/** The load of this machine: runnable work for each core over the last minute, and memory in use. Network is not measured. */
export function readMachineLoad(): Load {
  const cpu = Math.min(1, (loadavg()[0] ?? 0) / Math.max(1, cpus().length));
  return { cpu, memory: 1 - freemem() / totalmem(), network: 0 };
}
