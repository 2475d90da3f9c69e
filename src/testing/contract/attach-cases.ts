import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import { readEvents, textOf } from './read-events.ts';
import type { RuntimeSuite } from './suite.ts';

/** Finding a process again by its id. */
export function attachCases(suite: RuntimeSuite): void {
  const test = suite.group('attach', 'commands');

  test('finds a running process by its id, with all it has printed', async ({ runtime }) => {
    const handle = await runtime.spawn('echo early; cat', { stdin: 'pipe' });
    await handle.waitFor('early');
    const attached = await runtime.attach(handle.id);
    assert.deepEqual([attached.id, attached.command, attached.exit], [handle.id, 'echo early; cat', undefined]);
    await attached.write('late\n');
    await attached.closeInput();
    assert.equal(textOf(await readEvents(attached)), 'early\nlate\n');
    assert.deepEqual(await handle.wait(), await attached.wait());
  });

  test('finds a process that has ended', async ({ runtime }) => {
    const { id } = await runtime.spawn('echo was here; exit 6');
    const attached = await runtime.attach(id);
    assert.equal((await attached.wait()).exitCode, 6);
    const again = await runtime.attach(id);
    assert.equal((await again.result()).stdout, 'was here\n');
    assert.equal((await again.result()).exitCode, 6);
  });

  test('goes on from a cursor', async ({ runtime }) => {
    const handle = await runtime.spawn('printf 0123456789');
    await handle.wait();
    const attached = await runtime.attach(handle.id);
    assert.equal(textOf(await readEvents(attached, { after: 7 })), '789');
  });

  test('can kill what another handle started', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    await (await runtime.attach(handle.id)).kill();
    assert.deepEqual(await handle.wait(), { exitCode: null, signal: 'SIGTERM', reason: 'kill' });
  });

  test('says PROCESS_NOT_FOUND for an id that nobody has', async ({ runtime }) => {
    const { context } = await expectError(runtime.attach('no-such-process'), 'PROCESS_NOT_FOUND');
    assert.equal(context.id, 'no-such-process');
  });

  test('gives every process its own id', async ({ runtime }) => {
    const handles = await Promise.all(Array.from({ length: 10 }, () => runtime.spawn(['true'])));
    assert.equal(new Set(handles.map((handle) => handle.id)).size, 10);
  });

  test('lists processes that run and that ended', async ({ runtime }) => {
    const ended = await runtime.spawn('exit 0');
    await ended.wait();
    const running = await runtime.spawn(['sleep', '1000']);
    const listed = await runtime.processes();
    assert.equal(listed.find((entry) => entry.id === ended.id)?.running, false);
    assert.equal(listed.find((entry) => entry.id === running.id)?.running, true);
    assert.deepEqual(listed.find((entry) => entry.id === running.id)?.command, ['sleep', '1000']);
    await running.kill();
  });
}
