import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process among all that ever run: a pid alone is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the kernel's ticks; empty where the system does not tell. */
  readonly startedAt: string;
  /** Machine, its boot and its process space: pids of different places cannot be compared. */
  readonly place: string;
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startTimeOf(process.pid) ?? '', place: ownPlace() };
}

/** Whether the process lives; undefined when it belongs to another place and cannot be seen. */
export function isAlive({ pid, startedAt, place }: ProcessIdentity): boolean | undefined {
  if (place !== ownPlace()) return undefined;
  const found = startTimeOf(pid);
  if (found !== undefined) return found === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ownPlace(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const space = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return [boot ?? hostname(), space ?? ''].join(' ');
}

/** Field 22 of `/proc/PID/stat`, counted after the name, which may hold spaces and brackets. A zombie is dead. */
function startTimeOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : fields[19];
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
