import assert from 'node:assert/strict';
import { RexError } from '../../core/errors.ts';
import { briefMs } from './brief.ts';
import { expectError } from './expect-error.ts';
import { makeGate, makeLifeline } from './lifeline.ts';
import type { RuntimeSuite } from './suite.ts';

/** Time, silence, abort: every end ends the whole tree and keeps what was printed. */
export function executeLimitCases(suite: RuntimeSuite): void {
  const test = suite.group('execute', 'commands');

  test('ends a command at `timeoutMs` and keeps what it printed', async ({ runtime }) => {
    const script = 'echo out; echo err >&2; sleep 1000';
    const error = await expectError(runtime.execute(script, { timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    assert.equal(error.context.command, script);
    assert.equal(error.context.timeoutMs, briefMs);
    assert.deepEqual([error.context.stdout, error.context.stderr], ['out\n', 'err\n']);
    assert.equal(error.retryable, true);
  });

  test('leaves a command alone that ends in time', async ({ runtime }) => {
    const result = await runtime.execute(['echo', 'hi'], { timeoutMs: 10_000, idleTimeoutMs: 10_000 });
    assert.equal(result.stdout, 'hi\n');
  });

  test('ends grandchildren at a timeout', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; sh -c 'sleep 1000 & sleep 1000; :'; :`;
    await expectError(runtime.execute(script, { cwd: directory, timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    await line.assertReleased();
  });

  test('ends children that left the process session at a timeout', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; setsid sh -c 'nohup sleep 1000 >/dev/null 2>&1 & sleep 1000; :' & sleep 1000`;
    await expectError(runtime.execute(script, { cwd: directory, timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    await line.assertReleased();
  });

  test('ends what ignores every polite signal', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; trap '' TERM INT HUP QUIT; echo deaf; while :; do sleep 1000; done`;
    const options = { cwd: directory, timeoutMs: briefMs, graceMs: 50 };
    const { context } = await expectError(runtime.execute(script, options), 'COMMAND_TIMEOUT');
    assert.equal(context.output, 'deaf\n');
    await line.assertReleased();
  });

  test('lets a command clean up on SIGTERM and keeps what it says then', async ({ runtime }) => {
    const script = "trap 'echo bye; exit 0' TERM; echo hello; sleep 1000 & wait";
    const options = { timeoutMs: briefMs, graceMs: 10_000 };
    const { context } = await expectError(runtime.execute(script, options), 'COMMAND_TIMEOUT');
    assert.equal(context.output, 'hello\nbye\n');
  });

  test('ends a stopped process', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; kill -STOP $$; sleep 1000`;
    await expectError(runtime.execute(script, { cwd: directory, timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    await line.assertReleased();
  });

  test('ends a command that is silent for `idleTimeoutMs`', async ({ runtime }) => {
    const options = { idleTimeoutMs: briefMs };
    const { context } = await expectError(
      runtime.execute('echo last words; sleep 1000', options),
      'COMMAND_IDLE_TIMEOUT',
    );
    assert.equal(context.idleTimeoutMs, briefMs);
    assert.equal(context.output, 'last words\n');
  });

  test('lets a command live that prints often enough', async ({ runtime }) => {
    const script = 'for i in 1 2 3 4 5 6; do echo $i >&2; sleep 0.25; done';
    const result = await runtime.execute(script, { idleTimeoutMs: 1_000 });
    assert.equal(result.stderr, '1\n2\n3\n4\n5\n6\n');
  });

  test('ends the tree when its signal is aborted', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const gate = await makeGate(runtime, directory, 'gate');
    const controller = new AbortController();
    const script = `echo before; ${line.hold}; setsid sleep 1000 & echo > gate; wait`;
    const running = expectError(
      runtime.execute(script, { cwd: directory, signal: controller.signal }),
      'COMMAND_ABORTED',
    );
    await gate.opened();
    controller.abort();
    assert.equal((await running).context.output, 'before\n');
    await line.assertReleased();
  });

  test('starts nothing when its signal is already aborted', async ({ runtime, directory }) => {
    const signal = AbortSignal.abort();
    await expectError(runtime.execute(['touch', `${directory}/made`], { signal }), 'COMMAND_ABORTED');
    assert.equal(await runtime.files.exists(`${directory}/made`), false);
  });

  test('refuses limits that mean nothing', async ({ runtime }) => {
    for (const options of [
      { timeoutMs: -1 },
      { timeoutMs: Number.NaN },
      { idleTimeoutMs: 0 },
      { maxOutputBytes: -5 },
    ]) {
      await expectError(runtime.execute(['true'], options), 'INVALID_ARGUMENT');
    }
  });

  test('takes a time limit longer than any timer', async ({ runtime }) => {
    const result = await runtime.execute(['echo', 'hi'], { timeoutMs: 1e12, idleTimeoutMs: 1e12 });
    assert.equal(result.exitCode, 0);
  });

  test('goes on after many commands were ended at once', async ({ runtime }) => {
    const attempts = Array.from({ length: 10 }, () => runtime.execute('sleep 1000', { timeoutMs: briefMs }));
    const outcomes = await Promise.allSettled(attempts);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && RexError.is(outcome.reason, 'COMMAND_TIMEOUT'));
    }
    assert.equal((await runtime.execute(['echo', 'still here'])).stdout, 'still here\n');
  });
}
