import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxLimits } from '../bubblewrap/limits.ts';
import { isLeftover, newSandboxName } from '../bubblewrap/sandbox-name.ts';
import { findHierarchies, type GroupFacts, readGroupFacts } from './find-hierarchies.ts';
import { applySettings, type GroupLimit, type Hierarchy, readCounter } from './hierarchy.ts';

interface Group extends Hierarchy {
  /** The sandbox's group: it bears the limits and holds one group per launch. */
  readonly directory: string;
}

/** How often limits were hit. */
export type LimitCounts = Partial<Record<GroupLimit, number>>;

/** Time that the kernel has to end what was killed. */
const endTimeoutMs = 5000;

/**
 * The control groups of one sandbox: one that bears the limits for everything inside, and one per launch that tells
 * whose processes hit them. Version 1 and version 2 of the kernel's interface read alike from here.
 */
export class ControlGroup {
  readonly #groups: readonly Group[];

  private constructor(groups: readonly Group[]) {
    this.#groups = groups;
  }

  /** Makes the groups that the limits need; undefined where this process cannot. */
  static create(limits: SandboxLimits, facts: GroupFacts = readGroupFacts()): ControlGroup | undefined {
    const hierarchies = findHierarchies(limits, facts);
    if (!hierarchies) return undefined;
    const name = newSandboxName();
    const groups = hierarchies.map((hierarchy) => ({ ...hierarchy, directory: join(hierarchy.parent, name) }));
    const made = new ControlGroup(groups);
    try {
      for (const { parent, directory, settings } of groups) {
        removeLeftovers(parent);
        mkdirSync(directory);
        applySettings(directory, settings);
      }
      return made;
    } catch {
      for (const { directory } of groups) removeGroup(directory);
      return undefined;
    }
  }

  /** Directories in which {@link open} makes a launch's own, with the file that lets a process in. */
  get entries(): { directory: string; entry: string }[] {
    return this.#groups.map(({ directory, entry }) => ({ directory, entry }));
  }

  /** Makes a launch's groups and returns what was counted before it. */
  open(launch: string): LimitCounts {
    for (const { directory } of this.#groups) mkdirSync(join(directory, launch));
    return this.counts(launch);
  }

  /** How often a launch has hit each limit. */
  counts(launch: string): LimitCounts {
    const counts: LimitCounts = {};
    for (const { directory, counters } of this.#groups) {
      for (const counter of counters) {
        const own = readCounter(join(directory, launch), counter);
        const shared = counter.countedBy === 'both' ? readCounter(directory, counter) : 0;
        counts[counter.limit] = own + shared;
      }
    }
    return counts;
  }

  /** Removes a launch's groups; false while a process of it is still ending. */
  close(launch: string): boolean {
    return this.#groups.map(({ directory }) => removeGroup(join(directory, launch))).every(Boolean);
  }

  /** Ends every process inside and removes all groups. */
  async destroy(): Promise<void> {
    const deadline = performance.now() + endTimeoutMs;
    for (const { directory } of this.#groups) {
      while (!removeWithLaunches(directory) && performance.now() < deadline) {
        killAll(directory);
        await delay(2);
      }
    }
  }
}

function launchesOf(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

function killAll(directory: string): void {
  try {
    writeFileSync(join(directory, 'cgroup.kill'), '1');
    return;
  } catch {}
  for (const group of [directory, ...launchesOf(directory)]) {
    for (const pid of readFileSync(join(group, 'cgroup.procs'), 'latin1').split('\n').map(Number)) {
      // 0 stands for a process outside this pid namespace, and would name our own process group.
      if (pid > 0) kill(pid);
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}

function removeWithLaunches(directory: string): boolean {
  for (const launch of launchesOf(directory)) removeGroup(launch);
  return removeGroup(directory);
}

function removeGroup(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function removeLeftovers(parent: string): void {
  for (const path of launchesOf(parent)) {
    if (isLeftover(path.slice(parent.length + 1))) removeWithLaunches(path);
  }
}
