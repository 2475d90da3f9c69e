import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ControlGroup } from '../../../src/sandbox/deployment/control-group/control-group.ts';
import { findHierarchies } from '../../../src/sandbox/deployment/control-group/find-hierarchies.ts';
import { applySettings } from '../../../src/sandbox/deployment/control-group/hierarchy.ts';

const limits = { memoryBytes: 2 ** 28, processes: 64, cpus: 0.5 };

async function makeTree(t: TestContext): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'hrm-rex-groups-'));
  t.after(() => rm(tree, { recursive: true }));
  return tree;
}

/** Lines of /proc/self/mountinfo for version 1 trees below a directory. */
function separateMounts(tree: string, root = '/'): string {
  const trees = ['memory', 'pids', 'cpu,cpuacct'];
  return trees
    .map((name, id) => `${id} 1 0:${id} ${root} ${join(tree, name)} rw - cgroup cgroup rw,${name}`)
    .join('\n');
}

test('version 1: each controller has its tree, and groups are made in the group of this process', async (t) => {
  const tree = await makeTree(t);
  for (const path of ['memory/jobs/one', 'pids/jobs', 'cpu,cpuacct'])
    await mkdir(join(tree, path), { recursive: true });
  const membership = '5:memory:/jobs/one\n4:pids:/jobs\n3:cpu,cpuacct:/\n0::/\n';
  const found = findHierarchies(limits, { mounts: separateMounts(tree), membership }) ?? [];
  assert.deepEqual(
    found.map(({ parent, entry }) => [parent, entry]),
    [
      [join(tree, 'memory/jobs/one'), 'tasks'],
      [join(tree, 'pids/jobs'), 'tasks'],
      [join(tree, 'cpu,cpuacct'), 'tasks'],
    ],
  );
});

test('version 1: in a container, the path of this process starts at the mounted group', async (t) => {
  const tree = await makeTree(t);
  await mkdir(join(tree, 'pids/inner'), { recursive: true });
  const mounts = separateMounts(tree, '/docker/abc');
  const inner = findHierarchies({ processes: 9 }, { mounts, membership: '4:pids:/docker/abc/inner\n' });
  assert.equal(inner?.[0]?.parent, join(tree, 'pids/inner'));
  const above = findHierarchies({ processes: 9 }, { mounts, membership: '4:pids:/elsewhere\n' });
  assert.equal(above?.[0]?.parent, join(tree, 'pids'));
});

test('a controller that is missing or closed to this process leaves the limits to others', async (t) => {
  const tree = await makeTree(t);
  await mkdir(join(tree, 'memory'));
  const membership = '5:memory:/\n4:pids:/\n';
  assert.equal(findHierarchies(limits, { mounts: separateMounts(tree), membership }), undefined);
  assert.equal(findHierarchies(limits, { mounts: '', membership: '' }), undefined);
});

test('version 2: the nearest group above this process that can hand the controllers down is taken', async (t) => {
  const tree = await makeTree(t);
  await mkdir(join(tree, 'user/session'), { recursive: true });
  await writeFile(join(tree, 'user/cgroup.subtree_control'), 'cpu memory pids\n');
  const mounts = `30 1 0:9 / ${tree} rw - cgroup2 cgroup2 rw,nsdelegate`;
  const [found] = findHierarchies(limits, { mounts, membership: '0::/user/session\n' }) ?? [];
  assert.equal(found?.parent, join(tree, 'user'));
  assert.equal(found?.entry, 'cgroup.procs');
  assert.deepEqual(
    found?.settings.map(({ file, value }) => `${file}=${value}`),
    [
      'memory.max=268435456',
      'memory.swap.max=0',
      'pids.max=64',
      'cpu.max=50000 100000',
      'cgroup.subtree_control=+memory +pids',
    ],
  );
});

test('version 2 without the controllers falls back to version 1', async (t) => {
  const tree = await makeTree(t);
  await mkdir(join(tree, 'unified'));
  await mkdir(join(tree, 'pids'));
  const mounts = `${separateMounts(tree)}\n30 1 0:9 / ${join(tree, 'unified')} rw - cgroup2 cgroup2 rw`;
  const [found] = findHierarchies({ processes: 9 }, { mounts, membership: '4:pids:/\n0::/\n' }) ?? [];
  assert.equal(found?.parent, join(tree, 'pids'));
});

test('a setting that may be missing is skipped, any other one is not', async (t) => {
  const tree = await makeTree(t);
  applySettings(tree, [
    { file: 'missing/a', value: '1', optional: true },
    { file: 'b', value: '2' },
  ]);
  assert.equal(await readFile(join(tree, 'b'), 'utf8'), '2');
  assert.throws(() => applySettings(tree, [{ file: 'missing/a', value: '1' }]));
});

test('version 2: hits are counted for the launch and for the group that bears the limit', async (t) => {
  const tree = await makeTree(t);
  await writeFile(join(tree, 'cgroup.subtree_control'), 'memory pids');
  const mounts = `30 1 0:9 / ${tree} rw - cgroup2 cgroup2 rw`;
  const group = ControlGroup.create({ processes: 64, memoryBytes: 2 ** 28 }, { mounts, membership: '0::/\n' });
  const directory = group?.entries[0]?.directory ?? '';
  assert.equal(await readFile(join(directory, 'pids.max'), 'utf8'), '64');
  assert.deepEqual(group?.open('launch-1'), { memoryBytes: 0, processes: 0 });
  await writeFile(join(directory, 'pids.events'), 'max 2\n');
  await writeFile(join(directory, 'launch-1/pids.events'), 'max 1\n');
  await writeFile(join(directory, 'launch-1/memory.events'), 'low 0\nmax 9\noom 3\noom_kill 1\n');
  assert.deepEqual(group?.counts('launch-1'), { memoryBytes: 1, processes: 3 });
});
