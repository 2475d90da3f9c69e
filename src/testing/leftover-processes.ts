import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { treeVariable } from '../sandbox/process/end-tree.ts';
import { readProcessTable } from '../sandbox/process/process-table.ts';

/** A process that should be gone. */
export interface LeftoverProcess {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/** Which processes to look for. All optional. */
export interface LeftoverOptions {
  /** Variable that marks them in their environment. Default: the one that marks everything this package starts. */
  readonly variable?: string;
  /** Beginning of the variable's value. Default: any value. */
  readonly value?: string;
  /** How long processes that are just ending may take, since the system removes them in its own time. Default 0. */
  readonly patienceMs?: number;
}

/**
 * Finds live processes of this machine by a variable in their environment, whoever their parent is now. Start runtimes
 * with a variable of your own in `env` to find what a test left behind. Only Linux can tell; elsewhere it finds none.
 */
export async function leftoverProcesses(options: LeftoverOptions = {}): Promise<LeftoverProcess[]> {
  const { variable = treeVariable, value = '', patienceMs = 0 } = options;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = findMarked(`${variable}=${value}`);
    if (found.length === 0 || performance.now() >= deadline) return found;
    await delay(5);
  }
}

function findMarked(assignment: string): LeftoverProcess[] {
  const found: LeftoverProcess[] = [];
  for (const { pid, zombie } of readProcessTable({ fresh: true }).values()) {
    if (zombie || pid === process.pid) continue;
    const environment = `\0${readProcFile(pid, 'environ')}`;
    if (!environment.includes(`\0${assignment}`)) continue;
    found.push({ pid, command: readProcFile(pid, 'cmdline').replaceAll('\0', ' ').trim() });
  }
  return found;
}

function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
