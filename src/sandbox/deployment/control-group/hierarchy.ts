import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxLimits } from '../bubblewrap/limits.ts';

/** Limits that control groups enforce. */
export type GroupLimit = 'memoryBytes' | 'processes' | 'cpus';

/** Number of times that a limit was hit, as one line of a file of a control group. */
export interface Counter {
  readonly limit: GroupLimit;
  readonly file: string;
  readonly key: string;
  /** Groups that count: the one where it happened, or also the one that bears the limit. */
  readonly countedBy: 'launch' | 'both';
}

/** One tree of control groups: version 1 has a tree per controller, version 2 a single one. */
export interface Hierarchy {
  /** Group below which the sandbox's own is made. */
  readonly parent: string;
  /** File that moves the writing process in when it is given "0". */
  readonly entry: 'tasks' | 'cgroup.procs';
  /** Files and values that set the limits, in order; one marked optional may be missing. */
  readonly settings: readonly { readonly file: string; readonly value: string; readonly optional?: boolean }[];
  readonly counters: readonly Counter[];
}

/** The limits that need a control group, of those that are set. */
export function groupLimits(limits: SandboxLimits): GroupLimit[] {
  return (['memoryBytes', 'processes', 'cpus'] as const).filter((name) => limits[name] !== undefined);
}

/** Sets the limits of a group. Throws what the system says. */
export function applySettings(directory: string, settings: Hierarchy['settings']): void {
  for (const { file, value, optional } of settings) {
    try {
      writeFileSync(join(directory, file), value);
    } catch (error) {
      if (!optional) throw error;
    }
  }
}

/** Reads a counter of a group; 0 where it is not kept. */
export function readCounter(directory: string, { file, key }: Counter): number {
  try {
    const text = readFileSync(join(directory, file), 'latin1');
    return Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
