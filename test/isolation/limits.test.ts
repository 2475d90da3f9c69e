import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { openSandbox, type SandboxOptions } from '../../src/sandbox/deployment/bubblewrap/open-sandbox.ts';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { eventually, isolated, isolatedAsRoot, isRoot, startSandbox } from './bubblewrap.ts';

const forkBomb = ':(){ :|:& };:; sleep 0.5; echo over';
const memoryHog = 'const kept = []; for (;;) kept.push(Buffer.alloc(2 ** 23, 1));';
const mebibytes = (count: number) => count * 2 ** 20;

isolatedAsRoot('a fork bomb is contained and reported, and the machine is fine', async (t) => {
  const runtime = await startSandbox(t, { limits: { processes: 64 } });
  const other = await startSandbox(t);
  const bomb = runtime.execute(['bash', '-c', forkBomb]);
  assert.equal((await other.execute('seq 100 | wc -l')).stdout, '100\n');
  const { failureReason, stdout } = await bomb;
  assert.equal(failureReason, 'process limit of 64 reached');
  assert.match(stdout, /over/);
  const after = await runtime.execute('echo fine');
  assert.deepEqual([after.stdout, after.failureReason], ['fine\n', '']);
});

isolatedAsRoot('a memory hog is ended and reported, and nothing else is', async (t) => {
  const runtime = await startSandbox(t, { limits: { memoryBytes: mebibytes(256) } });
  const session = await runtime.createSession();
  const hog = await runtime.execute(['node', '-e', memoryHog]);
  assert.equal(hog.failureReason, 'memory limit of 256 MiB reached');
  assert.notEqual(hog.exitCode, 0);
  assert.equal((await session.run('echo alive')).output, 'alive\n');
  assert.equal((await runtime.execute('true')).failureReason, '');
});

isolatedAsRoot('a limit that only a child hit is reported too', async (t) => {
  const runtime = await startSandbox(t, { limits: { memoryBytes: mebibytes(128) } });
  const script = `node -e '${memoryHog}'; echo went on`;
  const { stdout, exitCode, failureReason } = await runtime.execute(script);
  assert.deepEqual([stdout, exitCode], ['went on\n', 0]);
  assert.equal(failureReason, 'memory limit of 128 MiB reached');
});

isolatedAsRoot('limits are those of all commands together', async (t) => {
  const runtime = await startSandbox(t, { limits: { processes: 24 } });
  const first = await runtime.spawn('for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 & done; echo up; wait');
  await first.waitFor('up');
  const second = await runtime.execute('for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 & done');
  assert.equal(second.failureReason, 'process limit of 24 reached');
  await first.kill('SIGKILL');
  assert.equal((await first.result().catch((error) => error.context)).failureReason ?? '', '');
});

isolatedAsRoot('time on the processors is throttled', async (t) => {
  const { isolation, env, workspace } = await openSandbox({ limits: { cpus: 0.1 } }, new AbortController().signal);
  t.after(() => isolation.dispose());
  const runtime = new LocalRuntime({ isolation, env, cwd: workspace });
  t.after(() => runtime.close());
  const busy = await runtime.spawn('echo up; while :; do :; done');
  await busy.waitFor('up');
  const groups = readFileSync(`/proc/${busy.pid}/cgroup`, 'utf8');
  const [, path] = /^\d+:(?:cpu|cpu,cpuacct|):(.*hrm-rex-sandbox.*)$/m.exec(groups) ?? [];
  const stat = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct'].map(
    (top) => `${top}${path}/../cpu.stat`,
  );
  await eventually(() => stat.some((file) => Number(/nr_throttled (\d+)/.exec(read(file))?.[1]) > 0));
  await busy.kill('SIGKILL');
});

isolated('processor time of a process is limited and reported', async (t) => {
  const runtime = await startSandbox(t, { limits: { cpuSeconds: 1 } });
  const { exitCode, failureReason } = await runtime.execute(['bash', '-c', 'while :; do :; done']);
  assert.equal(failureReason, 'CPU time limit of 1 s reached');
  assert.equal(exitCode, 128 + 24);
});

isolated('the size of a file is limited and reported', async (t) => {
  const runtime = await startSandbox(t, { limits: { fileSizeBytes: mebibytes(1) } });
  const { exitCode, failureReason } = await runtime.execute(['head', '-c', '2000000', '/dev/zero'], {
    streams: 'separate',
  });
  assert.deepEqual([exitCode, failureReason], [0, ''], 'what is printed is no file');
  const written = await runtime.execute(['dd', 'if=/dev/zero', 'of=big', 'bs=65536', 'count=32']);
  assert.equal(written.failureReason, 'file size limit of 1 MiB reached');
  assert.equal((await runtime.files.stat('big')).sizeBytes, mebibytes(1));
});

/** A sandbox on a machine that lets nobody make control groups. */
async function startWithoutGroups(t: TestContext, options: SandboxOptions): Promise<LocalRuntime> {
  const facts = { mounts: '', membership: '' };
  const { isolation, env, workspace, limitedBy } = await openSandbox(options, new AbortController().signal, facts);
  t.after(() => isolation.dispose());
  assert.equal(limitedBy, 'resource limits');
  const runtime = new LocalRuntime({ isolation, env, cwd: workspace });
  t.after(() => runtime.close());
  return runtime;
}

isolated('without control groups, a fork bomb is contained by the limit of processes per command', async (t) => {
  const runtime = await startWithoutGroups(t, { limits: { processes: 32 } });
  const { stdout, stderr } = await runtime.execute(['bash', '-c', forkBomb]);
  assert.match(stderr, /Resource temporarily unavailable/);
  assert.match(stdout, /over/);
  assert.equal((await runtime.execute('echo fine')).stdout, 'fine\n');
});

isolated('without control groups, a memory hog is contained by the limit of data per process', async (t) => {
  const runtime = await startWithoutGroups(t, { limits: { memoryBytes: mebibytes(512) } });
  const { exitCode } = await runtime.execute(['node', '-e', memoryHog]);
  assert.notEqual(exitCode, 0);
  assert.equal((await runtime.execute(['node', '-p', '1 + 1'])).stdout, '2\n');
});

isolated('a limit that cannot be enforced refuses the start', async () => {
  const facts = { mounts: '', membership: '' };
  await assert.rejects(
    openSandbox({ limits: { cpus: 1 } }, new AbortController().signal, facts),
    (error) => RexError.is(error, 'UNSUPPORTED') && error.context.feature === 'limits.cpus',
  );
  if (!isRoot) return;
  const workspace = await mkdtemp('/var/tmp/hrm-rex-workspace-');
  try {
    await assert.rejects(
      openSandbox({ workspace, limits: { processes: 64 } }, new AbortController().signal, facts),
      (error) => RexError.is(error, 'UNSUPPORTED'),
    );
  } finally {
    await rm(workspace, { recursive: true });
  }
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
