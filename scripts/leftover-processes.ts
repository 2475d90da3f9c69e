// Finds processes that a run started and left behind: by an inherited mark, and by having been seen below the run (Linux only).
import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that the processes of a run inherit. */
export const RUN_MARK = 'HRM_REX_TEST_RUN';

/** A living process of the run. */
export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

interface ProcessEntry {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly parentPid: number;
  readonly startedAt: string;
}

/** Follows one run: call `look()` while it lasts, `leftovers()` once it has ended. */
export class ProcessWatch {
  readonly #rootPid: number;
  readonly #mark: string;
  readonly #seen = new Set<string>();

  constructor(rootPid: number, mark: string) {
    this.#rootPid = rootPid;
    this.#mark = `${RUN_MARK}=${mark}`;
  }

  /** Remembers what runs below the root now; this finds processes that drop the mark from their environment. */
  look(): void {
    const table = processTable();
    for (const entry of table.values()) {
      if (isBelow(entry, this.#rootPid, table)) this.#seen.add(identity(entry));
    }
  }

  /** What still runs; a process that has ended but was not collected by its parent does not count. */
  leftovers(): Leftover[] {
    return [...processTable().values()]
      .filter((entry) => entry.pid !== process.pid && !/[ZX]/.test(entry.state))
      .filter((entry) => this.#seen.has(identity(entry)) || readProc(entry.pid, 'environ').includes(this.#mark))
      .map(({ pid, name }) => ({ pid, command: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim() || name }));
  }
}

/** A pid can be used again; with its start time it names one process. */
function identity(entry: ProcessEntry): string {
  return `${entry.pid}:${entry.startedAt}`;
}

function isBelow(entry: ProcessEntry, rootPid: number, table: ReadonlyMap<number, ProcessEntry>): boolean {
  for (let at: ProcessEntry | undefined = entry; at; at = table.get(at.parentPid)) if (at.pid === rootPid) return true;
  return false;
}

function processTable(): Map<number, ProcessEntry> {
  const entries = listPids().flatMap((pid) => parseStat(readProc(pid, 'stat')));
  return new Map(entries.map((entry) => [entry.pid, entry]));
}

/** `/proc/PID/stat` is "pid (name) state ppid ..."; the name may hold spaces and brackets, the start time is field 22. */
function parseStat(text: string): ProcessEntry[] {
  const match = /^(\d+) \((.*)\) (.*)$/s.exec(text.trim());
  const [state, parentPid, ...rest] = match?.[3]?.split(' ') ?? [];
  if (!match || !state) return [];
  const startedAt = rest[17] ?? '';
  return [{ pid: Number(match[1]), name: match[2] ?? '', state, parentPid: Number(parentPid), startedAt }];
}

function listPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
