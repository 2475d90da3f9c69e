import { readlinkSync } from 'node:fs';
import { randomId } from '../../../core/ids.ts';

/** Name of everything that sandboxes of this process leave on the machine while they live. */
export function newSandboxName(): string {
  return `${namePrefix(process.pid)}${randomId(8)}`;
}

/**
 * Whether a name was given by a process of this pid namespace that is gone: what bears it is a leftover of a crash.
 */
export function isLeftover(name: string): boolean {
  const pid = Number(/-(\d+)-[0-9a-f]{8}/.exec(name)?.[1]);
  if (!name.startsWith(namePrefix(pid))) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function namePrefix(pid: number): string {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  return `hrm-rex-sandbox-${namespace}-${pid}-`;
}
