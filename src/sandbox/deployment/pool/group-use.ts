import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What a control group around this process uses, where it is limited. */
export interface GroupUse {
  readonly path: string;
  /** Processor time so far; 0 where the group does not limit it. */
  readonly cpuMs: number;
  /** Cores that it may use; Infinity where it is not limited. */
  readonly cpus: number;
  /** Share of the memory limit that is in use, file cache that can be dropped left out; 0 where it is not limited. */
  readonly memory: number;
}

interface GroupTree {
  readonly version: 1 | 2;
  /** Controllers of the tree; version 2 has them all. */
  readonly controllers: readonly string[];
  /** Path of the mounted group in its tree. */
  readonly root: string;
  readonly point: string;
}

/** Version 1 says "no limit" with a number close to 2^63. */
const unlimitedBytes = 2 ** 60;

/** Reads the groups around this process, from its own up to the top, in both versions of the interface. */
export function readGroupUse(root: string): GroupUse[] {
  const membership = readText(root, 'proc/self/cgroup') ?? '';
  const trees = readTrees(root);
  // In version 1, what limits the processor and what counts its use can be two trees of the same shape.
  const accounts = trees.find(({ controllers }) => controllers.includes('cpuacct'))?.point;
  return trees.flatMap((tree) => {
    const own = ownGroup(tree, membership);
    const paths = own === undefined ? [] : groupsUpTo(tree.point, own);
    return paths.map((path) => readGroup(root, path, tree, join(accounts ?? tree.point, relative(tree.point, path))));
  });
}

function readGroup(root: string, path: string, tree: GroupTree, account: string): GroupUse {
  const read = (file: string): string | undefined => readText(root, join(path, file));
  const readNumber = (file: string): number => Number(read(file) ?? Number.NaN);
  const readUsed = (): number => Number(readText(root, join(account, 'cpuacct.usage')) ?? Number.NaN);
  const cpu = tree.version === 2 ? readUnifiedCpu(read) : readSeparateCpu(readNumber, readUsed);
  const memory =
    tree.version === 2
      ? memoryShare(readNumber('memory.current'), readNumber('memory.max'), read('memory.stat'), 'inactive_file')
      : memoryShare(
          readNumber('memory.usage_in_bytes'),
          readNumber('memory.limit_in_bytes'),
          read('memory.stat'),
          'total_inactive_file',
        );
  return { path, memory, ...(cpu ?? { cpuMs: 0, cpus: Number.POSITIVE_INFINITY }) };
}

function readUnifiedCpu(read: (file: string) => string | undefined): Pick<GroupUse, 'cpuMs' | 'cpus'> | undefined {
  const [quota, period] = (read('cpu.max') ?? 'max').trim().split(' ').map(Number);
  const used = keyed(read('cpu.stat'), 'usage_usec');
  if (!quota || !period || used === undefined) return undefined;
  return { cpuMs: used / 1000, cpus: quota / period };
}

function readSeparateCpu(
  readNumber: (file: string) => number,
  readUsed: () => number,
): Pick<GroupUse, 'cpuMs' | 'cpus'> | undefined {
  const quota = readNumber('cpu.cfs_quota_us');
  const period = readNumber('cpu.cfs_period_us');
  const used = readUsed();
  if (!(quota > 0 && period > 0 && used >= 0)) return undefined;
  return { cpuMs: used / 1e6, cpus: quota / period };
}

function memoryShare(used: number, limit: number, stat: string | undefined, cacheKey: string): number {
  if (!(limit > 0 && limit < unlimitedBytes && used >= 0)) return 0;
  return Math.max(0, used - (keyed(stat, cacheKey) ?? 0)) / limit;
}

function keyed(text: string | undefined, key: string): number | undefined {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

function readTrees(root: string): GroupTree[] {
  const mounts = readText(root, 'proc/self/mountinfo') ?? '';
  return mounts.split('\n').flatMap((line): GroupTree[] => {
    const [, top, point, type, options] = /^\S+ \S+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)/.exec(line) ?? [];
    if (!top || !point || !options) return [];
    return [{ version: type === 'cgroup2' ? 2 : 1, controllers: options.split(','), root: top, point }];
  });
}

function ownGroup(tree: GroupTree, membership: string): string | undefined {
  for (const line of membership.split('\n')) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) continue;
    const isUnified = names === '';
    if (isUnified !== (tree.version === 2)) continue;
    if (!isUnified && !names.split(',').some((name) => tree.controllers.includes(name))) continue;
    const below = relative(tree.root, path);
    return below.startsWith('..') ? tree.point : join(tree.point, below);
  }
  return undefined;
}

function groupsUpTo(point: string, own: string): string[] {
  const groups = [own];
  for (let group = own; group !== point && group !== '/'; ) {
    group = dirname(group);
    groups.push(group);
  }
  return groups;
}

function readText(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'latin1');
  } catch {
    return undefined;
  }
}
