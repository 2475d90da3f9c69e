import assert from 'node:assert/strict';
import { briefMs } from './brief.ts';
import { expectError, rejectionOf } from './expect-error.ts';
import { makeLifeline } from './lifeline.ts';
import { readEvents, textOf } from './read-events.ts';
import type { RuntimeSuite } from './suite.ts';

/** Waiting for, writing to and ending a process. */
export function spawnControlCases(suite: RuntimeSuite): void {
  const test = suite.group('spawn', 'commands');

  test('knows its command, its id and whether it runs', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    assert.deepEqual(handle.command, ['sleep', '1000']);
    assert.ok(handle.id.length > 0);
    assert.equal(handle.exit, undefined);
    await handle.kill();
    assert.deepEqual(handle.exit, { exitCode: null, signal: 'SIGTERM', reason: 'kill' });
  });

  test('waits for the end, as often as asked', async ({ runtime }) => {
    const handle = await runtime.spawn('exit 3');
    const status = { exitCode: 3, signal: null, reason: 'exit' };
    assert.deepEqual(await Promise.all([handle.wait(), handle.wait()]), [status, status]);
    assert.deepEqual(await handle.wait({ timeoutMs: 10 }), status);
  });

  test('says WAIT_TIMEOUT when the end does not come in time, and goes on', async ({ runtime }) => {
    const handle = await runtime.spawn('echo on; exec sleep 1000');
    await handle.waitFor('on\n');
    const { context } = await expectError(handle.wait({ timeoutMs: 30 }), 'WAIT_TIMEOUT');
    assert.deepEqual([context.waitedMs, context.output], [30, 'on\n']);
    assert.equal(handle.exit, undefined);
    await handle.kill();
  });

  test('gives up a wait with the reason of its signal, and goes on', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waits = [handle.wait({ signal: controller.signal }), handle.waitFor('x', { signal: controller.signal })];
    const rejections = Promise.all(waits.map(rejectionOf));
    controller.abort(reason);
    assert.deepEqual(await rejections, [reason, reason]);
    assert.equal(handle.exit, undefined);
    await handle.kill();
  });

  test('collects the result like `execute`', async ({ runtime }) => {
    const handle = await runtime.spawn('echo out; echo err >&2; exit 4');
    const { command, stdout, stderr, exitCode, signal, outputBytes, truncated } = await handle.result();
    assert.equal(command, 'echo out; echo err >&2; exit 4');
    assert.deepEqual([stdout, stderr, exitCode, signal], ['out\n', 'err\n', 4, null]);
    assert.deepEqual([outputBytes, truncated], [8, false]);
  });

  test('takes input as `execute` does', async ({ runtime }) => {
    const handle = await runtime.spawn(['cat'], { stdin: 'given' });
    assert.equal((await handle.result()).stdout, 'given');
    const closed = await runtime.spawn('cat; echo closed');
    assert.equal((await closed.result()).stdout, 'closed\n');
  });

  test('takes directory and environment', async ({ runtime, directory }) => {
    await runtime.files.write(`${directory}/here`, '');
    const handle = await runtime.spawn('ls; echo "$WORD"', { cwd: directory, env: { WORD: 'yes' } });
    assert.equal((await handle.result()).stdout, 'here\nyes\n');
  });

  test('writes text and bytes to standard input, and closes it', async ({ runtime }) => {
    const handle = await runtime.spawn('od -An -v -tx1', { stdin: 'pipe' });
    await handle.write('é');
    await handle.write(Uint8Array.of(0, 255, 10, 13));
    await handle.closeInput();
    await handle.closeInput();
    assert.equal((await handle.result()).stdout.replace(/\s/g, ''), 'c3a900ff0a0d');
  });

  test('writes more than a pipe holds', async ({ runtime }) => {
    const handle = await runtime.spawn(['wc', '-c'], { stdin: 'pipe' });
    for (let index = 0; index < 20; index++) await handle.write('x'.repeat(50_000));
    await handle.closeInput();
    assert.equal((await handle.result()).stdout.trim(), '1000000');
  });

  test('says PROCESS_ENDED to a write that nobody can read', async ({ runtime }) => {
    const ended = await runtime.spawn('exit 0', { stdin: 'pipe' });
    await ended.wait();
    const { context } = await expectError(ended.write('x'), 'PROCESS_ENDED');
    assert.equal(context.id, ended.id);
    const without = await runtime.spawn(['sleep', '1000']);
    await expectError(without.write('x'), 'PROCESS_ENDED');
    await without.kill();
  });

  test('kills with SIGTERM first', async ({ runtime }) => {
    const handle = await runtime.spawn("trap 'echo bye; exit 9' TERM; echo up; sleep 1000 & wait");
    await handle.waitFor('up');
    const status = await handle.kill('SIGTERM', { graceMs: 10_000 });
    assert.deepEqual(status, { exitCode: 9, signal: null, reason: 'kill' });
    assert.equal((await handle.result()).stdout, 'up\nbye\n');
  });

  test('kills with SIGKILL after the grace', async ({ runtime }) => {
    const handle = await runtime.spawn("trap '' TERM; echo deaf; while :; do sleep 1000; done");
    await handle.waitFor('deaf');
    const status = await handle.kill('SIGTERM', { graceMs: 30 });
    assert.deepEqual(status, { exitCode: null, signal: 'SIGKILL', reason: 'kill' });
  });

  test('kills with another ending signal when asked', async ({ runtime }) => {
    for (const signal of ['SIGKILL', 'SIGHUP', 'SIGQUIT'] as const) {
      const handle = await runtime.spawn(['sleep', '1000']);
      assert.deepEqual(await handle.kill(signal), { exitCode: null, signal, reason: 'kill' });
    }
  });

  test('kills the whole tree, children of their own process session included', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; setsid sh -c 'sleep 1000; :' & (sleep 1000 &); nohup sleep 1000 & echo up; wait`;
    const handle = await runtime.spawn(script, { cwd: directory });
    await handle.waitFor('up');
    await handle.kill();
    await line.assertReleased();
  });

  test('delivers a signal that ends nothing', async ({ runtime }) => {
    const script = "trap 'echo got it' USR1; echo up; while :; do sleep 0.05; done";
    const handle = await runtime.spawn(script);
    await handle.waitFor('up');
    assert.equal(await handle.kill('SIGUSR1'), undefined);
    await handle.waitFor('got it');
    assert.equal(handle.exit, undefined);
    await handle.kill();
  });

  test('keeps its exit when it is killed after its end', async ({ runtime }) => {
    const handle = await runtime.spawn('exit 2');
    const status = await handle.wait();
    assert.deepEqual(await handle.kill(), status);
    assert.deepEqual(await handle.kill('SIGKILL'), status);
    assert.deepEqual(handle.exit, { exitCode: 2, signal: null, reason: 'exit' });
  });

  test('is ended by `await using`, with its tree', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const handle = await runtime.spawn(`${line.hold}; setsid sleep 1000 & echo up; wait`, { cwd: directory });
    {
      await using running = handle;
      await running.waitFor('up');
    }
    assert.equal(handle.exit?.reason, 'close');
    await line.assertReleased();
    await handle[Symbol.asyncDispose]();
  });

  test('is ended by `timeoutMs`', async ({ runtime }) => {
    const handle = await runtime.spawn('echo on; exec sleep 1000', { timeoutMs: briefMs });
    assert.equal((await handle.wait()).reason, 'timeout');
    const { context } = await expectError(handle.result(), 'COMMAND_TIMEOUT');
    assert.deepEqual([context.output, context.timeoutMs], ['on\n', briefMs]);
  });

  test('is ended by `idleTimeoutMs`', async ({ runtime }) => {
    const handle = await runtime.spawn('echo on; exec sleep 1000', { idleTimeoutMs: briefMs });
    assert.equal((await handle.wait()).reason, 'idle');
    assert.equal((await expectError(handle.result(), 'COMMAND_IDLE_TIMEOUT')).context.output, 'on\n');
  });

  test('is ended by its signal', async ({ runtime }) => {
    const controller = new AbortController();
    const handle = await runtime.spawn('echo on; exec sleep 1000', { signal: controller.signal });
    await handle.waitFor('on');
    controller.abort();
    assert.equal((await handle.wait()).reason, 'abort');
    assert.equal((await expectError(handle.result(), 'COMMAND_ABORTED')).context.output, 'on\n');
  });

  test('is not held by a daemon that keeps its output open', async ({ runtime }) => {
    const handle = await runtime.spawn('(setsid sleep 1000 &); echo done');
    assert.equal((await handle.wait()).exitCode, 0);
    assert.equal(textOf(await readEvents(handle)), 'done\n');
  });

  test('says COMMAND_NOT_STARTED for a program that does not exist', async ({ runtime }) => {
    const { context } = await expectError(runtime.spawn(['hrm-rex-no-such-program']), 'COMMAND_NOT_STARTED');
    assert.equal(context.errno, 'ENOENT');
  });

  test('cannot change its size without a terminal', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    await expectError(handle.resize({ columns: 100, rows: 30 }), 'UNSUPPORTED');
    await handle.kill();
  });

  test('runs fifty processes at once', async ({ runtime }) => {
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const handles = await Promise.all(numbers.map(() => runtime.spawn(['cat'], { stdin: 'pipe' })));
    await Promise.all(handles.map((handle, index) => handle.write(`${index}`).then(() => handle.closeInput())));
    const results = await Promise.all(handles.map((handle) => handle.result()));
    assert.deepEqual(
      results.map((result) => result.stdout),
      numbers.map(String),
    );
  });
}
