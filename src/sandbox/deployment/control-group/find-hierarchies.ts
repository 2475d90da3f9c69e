import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { SandboxLimits } from '../bubblewrap/limits.ts';
import { type GroupLimit, groupLimits, type Hierarchy } from './hierarchy.ts';

/** What the system says about its control groups: `/proc/self/mountinfo` and `/proc/self/cgroup`. */
export interface GroupFacts {
  readonly mounts: string;
  readonly membership: string;
}

interface GroupMount {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Path of the mounted group in its tree. */
  readonly root: string;
  readonly point: string;
}

const controllers: Record<GroupLimit, string> = { memoryBytes: 'memory', processes: 'pids', cpus: 'cpu' };
const periodMicroseconds = 100_000;

/** Reads the facts of this process. */
export function readGroupFacts(): GroupFacts {
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    membership: readFileSync('/proc/self/cgroup', 'utf8'),
  };
}

/**
 * Where groups with all the wanted limits can be made: the single tree of version 2 if it has the controllers, else the
 * trees of version 1. Undefined where a controller is missing or this process may not make groups.
 */
export function findHierarchies(limits: SandboxLimits, facts: GroupFacts): Hierarchy[] | undefined {
  const wanted = groupLimits(limits);
  const mounts = parseMounts(facts.mounts);
  const unified = findUnified(wanted, limits, mounts, facts.membership);
  if (unified) return [unified];
  const found = wanted.map((name) => findSeparate(name, limits, mounts, facts.membership));
  return found.every((hierarchy) => hierarchy !== undefined) ? found : undefined;
}

function findSeparate(
  name: GroupLimit,
  limits: SandboxLimits,
  mounts: readonly GroupMount[],
  membership: string,
): Hierarchy | undefined {
  const controller = controllers[name];
  const mount = mounts.find(({ version, controllers }) => version === 1 && controllers.includes(controller));
  const parent = mount && ownGroup(mount, membership, (names) => names.split(',').includes(controller));
  if (!parent || !isWritable(parent)) return undefined;
  return { parent, entry: 'tasks', ...separateFiles(name, limits) };
}

function separateFiles(name: GroupLimit, limits: SandboxLimits): Pick<Hierarchy, 'settings' | 'counters'> {
  const value = String(limits[name]);
  switch (name) {
    case 'memoryBytes':
      return {
        settings: [
          { file: 'memory.use_hierarchy', value: '1', optional: true },
          { file: 'memory.limit_in_bytes', value },
          { file: 'memory.memsw.limit_in_bytes', value, optional: true },
          { file: 'memory.swappiness', value: '0', optional: true },
        ],
        counters: [{ limit: name, file: 'memory.oom_control', key: 'oom_kill', countedBy: 'launch' }],
      };
    case 'processes':
      return {
        settings: [{ file: 'pids.max', value }],
        counters: [{ limit: name, file: 'pids.events', key: 'max', countedBy: 'launch' }],
      };
    case 'cpus':
      return {
        settings: [
          { file: 'cpu.cfs_period_us', value: String(periodMicroseconds) },
          { file: 'cpu.cfs_quota_us', value: String(quota(limits)) },
        ],
        counters: [],
      };
  }
}

function findUnified(
  wanted: readonly GroupLimit[],
  limits: SandboxLimits,
  mounts: readonly GroupMount[],
  membership: string,
): Hierarchy | undefined {
  const mount = mounts.find(({ version }) => version === 2);
  const own = mount && ownGroup(mount, membership, (names) => names === '');
  if (!mount || !own) return undefined;
  // A group with processes of its own cannot hand controllers down, so the nearest one above that can is taken.
  for (let group = own; ; group = dirname(group)) {
    if (
      isWritable(group) &&
      handsDown(
        group,
        wanted.map((name) => controllers[name]),
      )
    ) {
      return { parent: group, entry: 'cgroup.procs', ...unifiedFiles(wanted, limits) };
    }
    if (group === mount.point || group === '/') return undefined;
  }
}

function unifiedFiles(wanted: readonly GroupLimit[], limits: SandboxLimits): Pick<Hierarchy, 'settings' | 'counters'> {
  const settings: Record<GroupLimit, Hierarchy['settings']> = {
    memoryBytes: [
      { file: 'memory.max', value: String(limits.memoryBytes) },
      { file: 'memory.swap.max', value: '0', optional: true },
    ],
    processes: [{ file: 'pids.max', value: String(limits.processes) }],
    cpus: [{ file: 'cpu.max', value: `${quota(limits)} ${periodMicroseconds}` }],
  };
  const counters: Hierarchy['counters'] = [
    { limit: 'memoryBytes', file: 'memory.events', key: 'oom_kill', countedBy: 'launch' },
    { limit: 'processes', file: 'pids.events', key: 'max', countedBy: 'both' },
  ];
  const counted = counters.filter(({ limit }) => wanted.includes(limit));
  // The groups of launches count only with controllers that are handed down to them.
  const handDown = counted.map(({ limit }) => `+${controllers[limit]}`).join(' ');
  return {
    settings: [...wanted.flatMap((name) => settings[name]), { file: 'cgroup.subtree_control', value: handDown }],
    counters: counted,
  };
}

/** Makes sure that the groups below a group have the controllers. */
function handsDown(group: string, names: readonly string[]): boolean {
  const file = join(group, 'cgroup.subtree_control');
  try {
    const given = new Set(readFileSync(file, 'utf8').trim().split(' '));
    const missing = names.filter((name) => !given.has(name));
    if (missing.length > 0) writeFileSync(file, missing.map((name) => `+${name}`).join(' '));
    return true;
  } catch {
    return false;
  }
}

function ownGroup(mount: GroupMount, membership: string, belongs: (names: string) => boolean): string | undefined {
  for (const line of membership.split('\n')) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined || !belongs(names)) continue;
    const below = relative(mount.root, path);
    return below.startsWith('..') ? mount.point : join(mount.point, below);
  }
  return undefined;
}

function parseMounts(text: string): GroupMount[] {
  return text.split('\n').flatMap((line): GroupMount[] => {
    const [, root, point, type, options] = /^\S+ \S+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)/.exec(line) ?? [];
    if (!root || !point || !options) return [];
    return [{ version: type === 'cgroup2' ? 2 : 1, controllers: options.split(','), root, point }];
  });
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function quota({ cpus }: SandboxLimits): number {
  return Math.max(1000, Math.round((cpus ?? 1) * periodMicroseconds));
}
