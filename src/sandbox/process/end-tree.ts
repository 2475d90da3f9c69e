import { setTimeout as delay } from 'node:timers/promises';
import {
  descendants,
  environmentValue,
  type ProcessEntry,
  type ProcessTable,
  readProcessTable,
} from './process-table.ts';

/** Environment variable that marks every process this package starts; children inherit it. */
export const treeVariable = 'HRM_REX_TREE';

/** Whose processes are looked at and signalled: this machine's, or those of a target. */
export interface ProcessSystem {
  /** A picture of the processes now. */
  look(tree: ProcessTree): ProcessView | Promise<ProcessView>;
  /** Sends a signal; processes that are gone are passed over. */
  deliver(pids: readonly number[], signal: NodeJS.Signals): void | Promise<void>;
}

/** What a {@link ProcessSystem} sees. */
export interface ProcessView {
  readonly table: ProcessTable;
  /** Whether the value of {@link treeVariable} that a process was started with begins with `mark`. */
  isMarked(entry: ProcessEntry, mark: string): boolean;
}

/** What belongs together and ends together. */
export interface ProcessTree {
  /** First process of the tree; it leads its own process session. */
  readonly pid: number | undefined;
  /** Value of {@link treeVariable}: finds children that have left the tree; a prefix finds several trees. */
  readonly mark: string;
}

/** How a tree is ended. */
export interface EndTreeOptions {
  /** First signal. Default SIGTERM. */
  readonly signal?: NodeJS.Signals;
  /** Time between the first signal and SIGKILL. Default 500. */
  readonly graceMs?: number;
}

/**
 * Ends a tree: the process, all below it, everything in its process session, and every process that inherited its mark
 * (`setsid`, `nohup` and double-forked children included). Resolves when a fresh look at the system shows none of them
 * alive.
 */
export async function endTree(
  tree: ProcessTree,
  options: EndTreeOptions = {},
  system: ProcessSystem = thisMachine,
): Promise<void> {
  const signal = options.signal ?? 'SIGTERM';
  const deadline = performance.now() + (options.graceMs ?? 500);
  const known = new Map<number, number>();
  let alive = collect(tree, known, await system.look(tree));
  if (signal !== 'SIGKILL') {
    await system.deliver(alive, signal);
    await system.deliver(alive, 'SIGCONT');
    for (let pause = 1; alive.length > 0 && performance.now() < deadline; pause = Math.min(pause * 2, 25)) {
      await delay(Math.min(pause, Math.max(0, deadline - performance.now())));
      alive = collect(tree, known, await system.look(tree));
    }
  }
  // A process that is just becoming another program has no environment for a moment, so one empty look is not enough.
  for (let pause = 1, calm = alive.length === 0 ? 1 : 0; calm < 2; pause = Math.min(pause + 1, 20)) {
    await system.deliver(alive, 'SIGKILL');
    await delay(alive.length === 0 ? 2 : pause);
    alive = collect(tree, known, await system.look(tree));
    calm = alive.length === 0 ? calm + 1 : 0;
  }
}

/** The live processes of a tree of this machine now. */
export function treeMembers(tree: ProcessTree): number[] {
  return collect(tree, new Map(), lookHere(tree));
}

const thisMachine: ProcessSystem = { look: lookHere, deliver: deliverHere };

function lookHere(tree: ProcessTree): ProcessView {
  let table = readProcessTable();
  if (tree.pid !== undefined && !table.has(tree.pid)) table = readProcessTable({ fresh: true });
  return { table, isMarked };
}

/** This process itself may run below another runtime, and ends no tree of its own. */
function isMarked(entry: ProcessEntry, mark: string): boolean {
  return entry.pid !== process.pid && (environmentValue(entry, treeVariable)?.startsWith(mark) ?? false);
}

function deliverHere(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {}
  }
}

function collect(tree: ProcessTree, known: Map<number, number>, { table, isMarked }: ProcessView): number[] {
  for (const [pid, startedAt] of known) if (table.get(pid)?.startedAt !== startedAt) known.delete(pid);
  for (const root of [...known.keys(), ...(tree.pid === undefined ? [] : [tree.pid])]) {
    for (const pid of descendants(table, root)) remember(table, pid, known);
  }
  for (const entry of table.values()) {
    if (known.has(entry.pid) || entry.zombie) continue;
    const sameSession = tree.pid !== undefined && entry.session === tree.pid;
    if (sameSession || isMarked(entry, tree.mark)) remember(table, entry.pid, known);
  }
  return [...known.keys()].filter((pid) => !(table.get(pid) as ProcessEntry).zombie);
}

function remember(table: ProcessTable, pid: number, known: Map<number, number>): void {
  known.set(pid, (table.get(pid) as ProcessEntry).startedAt);
}
