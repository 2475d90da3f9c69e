import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import { makeLifeline } from './lifeline.ts';
import type { RuntimeSuite } from './suite.ts';

/** Processes on a pseudo-terminal. */
export function terminalCases(suite: RuntimeSuite): void {
  const test = suite.group('terminal', 'commands', 'terminals');

  test('is a terminal for all three streams', async ({ runtime }) => {
    const handle = await runtime.spawn('for fd in 0 1 2; do test -t $fd && echo yes $fd; done', { pty: true });
    assert.equal((await handle.result()).stdout, 'yes 0\r\nyes 1\r\nyes 2\r\n');
  });

  test('has 80 columns and 24 rows unless told otherwise', async ({ runtime }) => {
    const usual = await runtime.spawn(['stty', 'size'], { pty: true });
    const wide = await runtime.spawn(['stty', 'size'], { pty: { columns: 132, rows: 50 } });
    assert.equal((await usual.result()).stdout.trim(), '24 80');
    assert.equal((await wide.result()).stdout.trim(), '50 132');
  });

  test('changes its size', async ({ runtime }) => {
    const handle = await runtime.spawn("trap 'stty size; exit' WINCH; echo up; while :; do sleep 0.05; done", {
      pty: true,
    });
    await handle.waitFor('up');
    await handle.resize({ columns: 100, rows: 40 });
    await handle.waitFor('40 100');
    assert.equal((await handle.wait()).exitCode, 0);
  });

  test('asks and is answered', async ({ runtime }) => {
    const handle = await runtime.spawn('printf "name? "; read name; echo "hello $name"', { pty: true });
    const question = await handle.waitFor('name? ');
    await handle.write('Ada\n');
    await handle.waitFor('hello Ada', { after: question.cursor });
    assert.equal((await handle.wait()).exitCode, 0);
  });

  test('ends its input when asked', async ({ runtime }) => {
    const handle = await runtime.spawn('echo up; cat; echo over', { pty: true });
    await handle.waitFor('up');
    await handle.closeInput();
    await handle.waitFor('over');
    assert.equal((await handle.wait()).exitCode, 0);
  });

  test('sends an interrupt for Ctrl-C', async ({ runtime }) => {
    const handle = await runtime.spawn("trap 'echo caught; exit 1' INT; echo up; while :; do sleep 0.05; done", {
      pty: true,
    });
    await handle.waitFor('up');
    await handle.write('\x03');
    await handle.waitFor('caught');
    assert.equal((await handle.wait()).exitCode, 1);
  });

  test('returns exit codes and signals', async ({ runtime }) => {
    const code = await runtime.spawn('exit 42', { pty: true });
    assert.deepEqual(await code.wait(), { exitCode: 42, signal: null, reason: 'exit' });
    const signal = await runtime.spawn('kill -9 $$', { pty: true });
    assert.deepEqual(await signal.wait(), { exitCode: null, signal: 'SIGKILL', reason: 'exit' });
  });

  test('loses nothing of the last output', async ({ runtime }) => {
    const handle = await runtime.spawn('seq 1 20000', { pty: true });
    const lines = (await handle.result()).stdout.split('\r\n');
    assert.deepEqual([lines.length, lines[0], lines[19_999]], [20_001, '1', '20000']);
  });

  test('is ended with its whole tree', async ({ runtime, directory }) => {
    const line = await makeLifeline(runtime, directory);
    const script = `${line.hold}; setsid sleep 1000 & nohup sleep 1000 & echo up; wait`;
    const handle = await runtime.spawn(script, { pty: true, cwd: directory });
    await handle.waitFor('up');
    assert.equal((await handle.kill())?.reason, 'kill');
    await line.assertReleased();
  });

  test('refuses a size that cannot be', async ({ runtime }) => {
    await expectError(runtime.spawn(['true'], { pty: { columns: 0, rows: 24 } }), 'INVALID_ARGUMENT');
  });
}
