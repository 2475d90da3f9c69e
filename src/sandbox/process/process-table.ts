import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** One process of this machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Tells apart two processes that had the same id: start time in clock ticks, or 0 where unknown. */
  readonly startedAt: number;
  /** Ended, but not yet collected by its parent. */
  readonly zombie: boolean;
}

/** A picture of the processes of this machine at one moment, by id. */
export type ProcessTable = ReadonlyMap<number, ProcessEntry>;

let cached: ProcessTable | undefined;

/**
 * Takes a picture of all processes: from /proc on Linux, from `ps` elsewhere. Calls within one turn of the event loop
 * share a picture, so that ending many trees at once costs one scan; `fresh` takes a new one.
 */
export function readProcessTable(options: { readonly fresh?: boolean } = {}): ProcessTable {
  if (cached && !options.fresh) return cached;
  if (!cached) {
    setImmediate(() => {
      cached = undefined;
    });
  }
  cached = process.platform === 'linux' ? readProc() : readPs();
  for (const [pid, known] of variables) if (cached.get(pid)?.startedAt !== known.startedAt) variables.delete(pid);
  return cached;
}

/** What `startedAt` a process has that starts `agoMs` before now; 0 where start times are unknown. */
export function startTicks(agoMs: number): number {
  return process.platform === 'linux' ? Math.floor((uptime() - agoMs / 1000) * 100) : 0;
}

const variables = new Map<number, { readonly startedAt: number; readonly value: string }>();
/** Those of the picture that were found to be without it. */
const without = new WeakSet<ProcessEntry>();

/**
 * Value of a variable in the environment a process was started with, or undefined without it. A value once seen holds
 * for the life of the process, whatever it becomes; that it was missing holds for the picture the entry is of. Only
 * Linux can tell. One variable name is asked for in a program.
 */
export function environmentValue(entry: ProcessEntry, name: string): string | undefined {
  const known = variables.get(entry.pid);
  if (known?.startedAt === entry.startedAt) return known.value;
  if (without.has(entry)) return undefined;
  const value = readVariable(entry, name);
  if (value === undefined) without.add(entry);
  else variables.set(entry.pid, { startedAt: entry.startedAt, value });
  return value;
}

function readVariable(entry: ProcessEntry, name: string): string | undefined {
  try {
    const environment = `\0${readFileSync(`/proc/${entry.pid}/environ`, 'latin1')}`;
    const at = environment.indexOf(`\0${name}=`);
    if (at === -1) return undefined;
    const start = at + name.length + 2;
    const end = environment.indexOf('\0', start);
    return environment.slice(start, end === -1 ? undefined : end);
  } catch {
    return undefined;
  }
}

/** The process's id in its own innermost namespace, or undefined when it is gone. */
export function innerPid(pid: number): number | undefined {
  try {
    const line = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return line === undefined ? pid : Number(line.split(/\s+/).at(-1));
  } catch {
    return undefined;
  }
}

const familyTrees = new WeakMap<ProcessTable, ReadonlyMap<number, readonly number[]>>();

/** All processes below `root`, itself included, that the table shows. */
export function descendants(table: ProcessTable, root: number): Set<number> {
  const children = familyTree(table);
  const found = new Set<number>();
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (found.has(pid)) continue;
    if (table.has(pid)) found.add(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return found;
}

function familyTree(table: ProcessTable): ReadonlyMap<number, readonly number[]> {
  const known = familyTrees.get(table);
  if (known) return known;
  const children = new Map<number, number[]>();
  for (const entry of table.values()) {
    const siblings = children.get(entry.parent);
    if (siblings) siblings.push(entry.pid);
    else children.set(entry.parent, [entry.pid]);
  }
  familyTrees.set(table, children);
  return children;
}

function readProc(): ProcessTable {
  const table = new Map<number, ProcessEntry>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      table.set(pid, {
        pid,
        zombie: fields[0] === 'Z' || fields[0] === 'X',
        parent: Number(fields[1]),
        group: Number(fields[2]),
        session: Number(fields[3]),
        startedAt: Number(fields[19]),
      });
    } catch {}
  }
  return table;
}

function readPs(): ProcessTable {
  const table = new Map<number, ProcessEntry>();
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,sess=,stat='], { encoding: 'utf8' });
  for (const line of text.split('\n')) {
    const [pid, parent, group, session, state] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined) continue;
    const zombie = state.startsWith('Z');
    table.set(Number(pid), {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(session) || 0,
      startedAt: 0,
      zombie,
    });
  }
  return table;
}
