import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LoadMeter } from '../../../../src/sandbox/deployment/pool/load-meter.ts';
import { ResourceMonitor } from '../../../../src/sandbox/deployment/pool/resource-monitor.ts';
import { SessionPool } from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { judgeLoad, type SystemLoad } from '../../../../src/sandbox/deployment/pool/system-health.ts';
import { VirtualClock } from '../../../../src/testing/virtual-clock.ts';
import { ScriptedDeployment } from './scripted-deployment.ts';

type Files = Readonly<Record<string, string>>;

async function fakeRoot(t: TestContext): Promise<{ root: string; write(files: Files): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'hrm-rex-load-'));
  t.after(() => rm(root, { recursive: true }));
  const write = async (files: Files): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  };
  return { root, write };
}

/** A machine with 1000 ticks, of which so many were busy, and so much memory in use of 1000 kB. */
function machine(busy: number, total: number, used: number, bytes = 0): Files {
  return {
    'proc/stat': `cpu  ${busy} 0 0 ${total - busy} 0 0 0 0 0 0\ncpu0 1 1 1 1\n`,
    'proc/meminfo': `MemTotal:       1000 kB\nMemFree:          10 kB\nMemAvailable:   ${1000 - used} kB\n`,
    'proc/net/dev': `Inter-| Receive\n face |bytes\n    lo: 999999 0 0 0 0 0 0 0 999999 0\n  eth0: ${bytes} 1 0 0 0 0 0 0 ${bytes} 1\n`,
  };
}

async function measure(
  root: string,
  write: (files: Files) => Promise<void>,
  before: Files,
  after: Files,
): Promise<SystemLoad> {
  const clock = new VirtualClock(5_000);
  await write(before);
  const meter = new LoadMeter({ root, clock, networkBytesPerSecond: 1_000 });
  await clock.runUntil(meter.read());
  await write(after);
  await clock.advance(1_000);
  return await clock.runUntil(meter.read());
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);

test('the machine as a whole: processor by ticks, memory that is not available, bytes of real interfaces', async (t) => {
  const { root, write } = await fakeRoot(t);
  const load = await measure(root, write, machine(100, 1000, 300), machine(700, 2000, 400, 250));
  near(load.cpu, 0.6);
  near(load.memory, 0.4);
  near(load.network, 0.5);
});

test('a control group of version 2 counts with its own limits, file cache left out', async (t) => {
  const { root, write } = await fakeRoot(t);
  const group = (usage: number): Files => ({
    'proc/self/cgroup': '0::/box/inner\n',
    'proc/self/mountinfo': '30 20 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n',
    'sys/fs/cgroup/box/inner/cpu.max': 'max 100000\n',
    'sys/fs/cgroup/box/inner/memory.max': 'max\n',
    'sys/fs/cgroup/box/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/box/cpu.stat': `usage_usec ${usage}\nuser_usec 0\n`,
    'sys/fs/cgroup/box/memory.max': '1000\n',
    'sys/fs/cgroup/box/memory.current': '900\n',
    'sys/fs/cgroup/box/memory.stat': 'anon 700\ninactive_file 100\n',
  });
  const load = await measure(
    root,
    write,
    { ...machine(0, 1000, 100), ...group(0) },
    { ...machine(100, 2000, 100), ...group(475_000) },
  );
  near(load.cpu, 0.95);
  near(load.memory, 0.8);
});

test('control groups of version 1 count, also where their use is kept in another tree', async (t) => {
  const { root, write } = await fakeRoot(t);
  const group = (usage: number): Files => ({
    'proc/self/cgroup': '4:memory:/docker/abc\n2:cpuacct:/docker/abc\n1:cpu:/docker/abc\n0::/docker/abc\n',
    'proc/self/mountinfo': [
      '31 30 0:27 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
      '32 30 0:28 /docker/abc /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct',
      '33 30 0:29 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    ].join('\n'),
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpuacct/cpuacct.usage': `${usage}\n`,
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '1000\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': '990\n',
    'sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 90\n',
  });
  const load = await measure(
    root,
    write,
    { ...machine(0, 1000, 100), ...group(0) },
    { ...machine(100, 2000, 100), ...group(1_500_000_000) },
  );
  near(load.cpu, 0.75);
  near(load.memory, 0.9);
});

test('groups without limits say nothing', async (t) => {
  const { root, write } = await fakeRoot(t);
  const group: Files = {
    'proc/self/cgroup': '2:cpu,cpuacct:/\n1:memory:/\n',
    'proc/self/mountinfo':
      '31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n33 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpu/cpuacct.usage': '999999999999\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': '990\n',
  };
  const load = await measure(root, write, { ...machine(0, 1000, 100), ...group }, machine(100, 2000, 100));
  near(load.cpu, 0.1);
  near(load.memory, 0.1);
});

test('without /proc the system is asked', async (t) => {
  const { root } = await fakeRoot(t);
  const { cpu, memory, network } = await new LoadMeter({ root }).read();
  assert.ok(cpu >= 0 && cpu <= 1 && memory > 0 && memory < 1);
  assert.equal(network, 0);
});

test('this machine gives shares', async () => {
  const { cpu, memory, network } = await new ResourceMonitor().check();
  for (const share of [cpu, memory, network]) assert.ok(share >= 0 && share <= 1, String(share));
  assert.ok(memory > 0);
});

const below = 1 - Number.EPSILON;
const judged: readonly (readonly [cpu: number, memory: number, healthy: boolean, alerts: readonly string[]])[] = [
  [0.9 * below, 0.85 * below, true, []],
  [0.9, 0, false, []],
  [0.9 / below, 0, false, ['HIGH_CPU_USAGE']],
  [0, 0.85, false, []],
  [0, 0.85 / below, false, ['HIGH_MEMORY_USAGE']],
  [1, 1, false, ['HIGH_CPU_USAGE', 'HIGH_MEMORY_USAGE']],
];

for (const [cpu, memory, healthy, alerts] of judged) {
  test(`processor ${cpu}, memory ${memory}: ${healthy ? 'healthy' : 'not healthy'}, ${alerts.join(', ') || 'no alert'}`, () => {
    const found = judgeLoad({ cpu, memory, network: 0 });
    assert.equal(found.healthy, healthy);
    assert.deepEqual(
      found.alerts.map(({ name }) => name),
      alerts,
    );
  });
}

test('a pool hands out nothing while there is an alert, and goes on by itself; leases stay', async () => {
  const clock = new VirtualClock();
  const load = { cpu: 0.95, memory: 0.5, network: 0 };
  const monitor = new ResourceMonitor({ readLoad: () => load, intervalMs: 100, clock });
  const deployment = new ScriptedDeployment({ clock });
  const pool = new SessionPool({
    clock,
    monitor,
    places: [{ name: 'only', deployment: deployment.asDeployment, spares: 1 }],
  });
  const heard: string[] = [];
  pool.events.on('alert', ({ name, usage, limit }) => heard.push(`${name} ${usage} > ${limit}`));
  pool.events.on('paused', ({ cpu }) => heard.push(`paused at ${cpu}`));
  pool.events.on('resumed', ({ cpu }) => heard.push(`resumed at ${cpu}`));
  await pool.start();
  const asked = pool.acquire();
  await clock.advance(99);
  assert.deepEqual([pool.stats.isPaused, pool.stats.waiting, deployment.live.size], [true, 1, 0]);
  load.cpu = 0.9;
  await clock.advance(1);
  const lease = await asked;
  assert.equal(lease.waitedMs, 100, 'at exactly the limit it is not above it');
  load.cpu = 0.91;
  await clock.advance(100);
  assert.equal(lease.session.state, 'idle');
  assert.deepEqual(heard, [
    'HIGH_CPU_USAGE 0.95 > 0.9',
    'paused at 0.95',
    'resumed at 0.9',
    'HIGH_CPU_USAGE 0.91 > 0.9',
    'paused at 0.91',
  ]);
  await lease.release();
  await pool.close();
  assert.equal(clock.waiting, 0, 'nothing is measured any more');
});
