import { readdirSync, readFileSync } from 'node:fs';

/** Linux's O_CLOEXEC: the descriptor does not survive the start of a program. */
const closesOnExec = 0o2000000;

/**
 * Descriptors that this process got from its parent and would hand on to everything it starts, a way around every
 * border. Descriptors 0 to 3 are left out: a launch gives them a meaning of its own.
 */
export function leakedDescriptors(directory = '/proc/self/fdinfo'): number[] {
  return readdirSync(directory)
    .map(Number)
    .filter((descriptor) => descriptor > 3 && survives(`${directory}/${descriptor}`));
}

function survives(path: string): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(path, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & closesOnExec) === 0;
  } catch {
    return false;
  }
}
