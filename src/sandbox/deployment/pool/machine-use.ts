import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Counters of a whole machine. */
export interface MachineUse {
  readonly busyTicks: number;
  readonly totalTicks: number;
  /** Share of the memory that is not available, 0 to 1. */
  readonly memory: number;
  /** Bytes sent and received by all interfaces but the loopback. */
  readonly networkBytes: number;
}

/** Reads `/proc` below a root; undefined where there is none. */
export function readMachineUse(root: string): MachineUse | undefined {
  try {
    const stat = readFileSync(join(root, 'proc/stat'), 'latin1');
    const memory = readMemory(readFileSync(join(root, 'proc/meminfo'), 'latin1'));
    return { ...readTicks(stat), memory, networkBytes: readNetworkBytes(root) };
  } catch {
    return undefined;
  }
}

/** user nice system idle iowait irq softirq steal; time of guests is in user and nice already. */
function readTicks(stat: string): Pick<MachineUse, 'busyTicks' | 'totalTicks'> {
  const ticks = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number).slice(0, 8);
  const totalTicks = ticks.reduce((sum, count) => sum + count, 0);
  const idleTicks = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { totalTicks, busyTicks: totalTicks - idleTicks };
}

function readMemory(meminfo: string): number {
  const find = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(meminfo)?.[1] ?? Number.NaN);
  const total = find('MemTotal');
  const available = find('MemAvailable');
  const free = Number.isNaN(available) ? find('MemFree') + find('Cached') : available;
  return total > 0 ? 1 - free / total : 0;
}

function readNetworkBytes(root: string): number {
  try {
    const lines = readFileSync(join(root, 'proc/net/dev'), 'latin1').split('\n');
    return lines.reduce((sum, line) => {
      const [, name, figures = ''] = /^ *([^:]+): *(.*)$/.exec(line) ?? [];
      if (name === undefined || name === 'lo') return sum;
      const counts = figures.split(/ +/).map(Number);
      return sum + (counts[0] ?? 0) + (counts[8] ?? 0);
    }, 0);
  } catch {
    return 0;
  }
}
