import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makeMarkedRuntime } from './marked-runtime.ts';

const isLinux = process.platform === 'linux';
const megabyte = 1024 * 1024;

function descriptors(pid: number | 'self' = 'self'): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Live bytes on the heap, after collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test('ten thousand commands in one session grow nothing', { skip: !isLinux }, async (test) => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  test.after(() => runtime.close());
  const session = await runtime.createSession({ loadRc: false });
  const shell = session.pid as number;
  const run = async (from: number, to: number) => {
    for (let number = from; number < to; number++) {
      const { output, exitCode } = await session.run(`echo ${number}; (exit ${number % 256})`);
      assert.equal(output, `${number}\n`);
      assert.equal(exitCode, number % 256);
    }
  };
  await run(0, 1_000);
  const before = { own: descriptors(), shell: descriptors(shell), resident: residentBytes(shell), heap: heapBytes() };
  await run(1_000, 10_000);
  // A command's end is told before the shell has put its own descriptors back: some more are held for that moment.
  const goBack = async (name: string, allowed: number, count: () => number) => {
    const patience = AbortSignal.timeout(10_000);
    while (count() > allowed && !patience.aborted) await delay(10);
    assert.ok(count() <= allowed, `${count()} descriptors of ${name}, at most ${allowed} were expected`);
  };
  await goBack('this process', before.own + 3, () => descriptors());
  await goBack('the shell', before.shell + 3, () => descriptors(shell));
  assert.ok(residentBytes(shell) - before.resident < 4 * megabyte, 'the shell does not grow');
  assert.ok(heapBytes() - before.heap < 4 * megabyte, 'the heap does not grow');
  await runtime.close();
  await assertNothingLeft();
});

/** Asserts that sixty rounds more hold no more descriptors and memory than twenty did. */
async function growsNothing(cycle: (count: number) => Promise<void>): Promise<void> {
  await cycle(20);
  const before = { own: descriptors(), heap: heapBytes() };
  await cycle(60);
  assert.ok(descriptors() <= before.own, `${descriptors()} descriptors after ${before.own}`);
  assert.ok(heapBytes() - before.heap < 8 * megabyte, 'the heap does not grow');
}

test('eighty sessions, one after another, grow nothing', { skip: !isLinux }, async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  const cycle = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const session = await runtime.createSession({ loadRc: false, pty: index % 4 === 0 });
      await session.run('echo hi');
      await session.close();
    }
  };
  await growsNothing(cycle);
  await runtime.close();
  await assertNothingLeft();
});

test('hundreds of commands of all endings grow nothing', { skip: !isLinux }, async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  const cycle = async (count: number) => {
    for (let index = 0; index < count; index++) {
      await runtime.execute(['true'], { stdin: 'unread' });
      await runtime.execute('echo out; echo err >&2; exit 3');
      await runtime.execute(['hrm-rex-no-such-program']).catch(() => {});
      const handle = await runtime.spawn(['cat'], { stdin: 'pipe', pty: index % 4 === 0 });
      await handle.kill('SIGKILL');
    }
  };
  await growsNothing(cycle);
  await runtime.close();
  await assertNothingLeft();
});

test('a hundred megabytes through a session do not stay in memory', { skip: !isLinux }, async () => {
  const { runtime } = makeMarkedRuntime();
  const session = await runtime.createSession({ loadRc: false });
  const result = await session.run('head -c 100000000 /dev/zero | tr "\\0" x', { maxOutputBytes: megabyte });
  assert.equal(result.outputBytes, 100_000_000);
  assert.ok(Buffer.byteLength(result.output) < 1.1 * megabyte);
  assert.ok(process.memoryUsage().rss < 400 * megabyte, 'memory is bounded');
  await runtime.close();
});
