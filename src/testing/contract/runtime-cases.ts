import assert from 'node:assert/strict';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { expectError, expectThrown } from './expect-error.ts';
import { makeLifeline } from './lifeline.ts';
import type { RuntimeSuite } from './suite.ts';

const operations: Readonly<Record<string, (runtime: Runtime) => Promise<unknown>>> = {
  execute: (runtime) => runtime.execute(['true']),
  spawn: (runtime) => runtime.spawn(['true']),
  attach: (runtime) => runtime.attach('p1'),
  processes: (runtime) => runtime.processes(),
  createSession: (runtime) => runtime.createSession({ loadRc: false }),
  sessions: (runtime) => runtime.sessions(),
  runInSession: (runtime) => runtime.runInSession({ command: 'true' }),
  closeSession: (runtime) => runtime.closeSession(),
  readFile: (runtime) => runtime.readFile('file'),
  writeFile: (runtime) => runtime.writeFile('file', ''),
  upload: (runtime) => runtime.upload('file', 'file'),
  download: (runtime) => runtime.download('file', 'file'),
  'files.stat': (runtime) => runtime.files.stat('.'),
  'files.list': (runtime) => runtime.files.list('.'),
};

/** Life and end of a runtime. */
export function runtimeCases(suite: RuntimeSuite): void {
  const test = suite.group('runtime');

  test('is alive from its beginning to its end', async ({ runtime }) => {
    assert.deepEqual(await runtime.isAlive(), { isAlive: true, message: '' });
    await runtime.close();
    const { isAlive, message } = await runtime.isAlive();
    assert.equal(isAlive, false);
    assert.notEqual(message, '', 'it says why');
  });

  test('is closed as often as asked', async ({ runtime }) => {
    await Promise.all([runtime.close(), runtime.close()]);
    await runtime.close();
    await runtime[Symbol.asyncDispose]();
  });

  for (const [operation, call] of Object.entries(operations)) {
    test(`refuses ${operation} once it is closed`, async ({ runtime }) => {
      await runtime.close();
      const { context } = await expectError(call(runtime), 'RUNTIME_CLOSED');
      assert.notEqual(context.operation, '');
    });
  }

  test('refuses to look up a session once it is closed', async ({ runtime }) => {
    await runtime.close();
    expectThrown(() => runtime.session(), 'RUNTIME_CLOSED');
  });

  test('closes its sessions when it is closed', async ({ runtime }) => {
    const sessions = [
      await runtime.createSession({ session: 'one', loadRc: false }),
      await runtime.createSession({ session: 'two', loadRc: false }),
    ];
    await runtime.close();
    assert.deepEqual(
      sessions.map((session) => session.state),
      ['closed', 'closed'],
    );
  });

  const testCommands = suite.group('runtime', 'commands');

  testCommands('ends its processes when it is closed', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    await runtime.close();
    assert.equal((await handle.wait()).reason, 'close');
  });

  testCommands('ends commands under way when it is closed', async ({ runtime }) => {
    const running = runtime.execute(['sleep', '1000']).then(
      (result) => result.signal !== null || result.exitCode !== 0,
      () => true,
    );
    await runtime.processes();
    await runtime.close();
    assert.equal(await running, true, 'it did not end well');
  });

  const testTree = suite.group('runtime', 'commands', 'sharedFiles');

  testTree('leaves no process when it is closed', async ({ runtime, makeRuntime, directory }) => {
    const line = await makeLifeline(await makeRuntime(), directory);
    await runtime.spawn(`${line.hold}; setsid sleep 1000 & sleep 1000 & echo up; wait`, { cwd: directory });
    await runtime.execute('setsid nohup sleep 1000 9>lifeline >/dev/null 2>&1 &', { cwd: directory });
    const session = await runtime.createSession({ loadRc: false, cwd: directory });
    await session.run('nohup sleep 1000 9>lifeline >/dev/null 2>&1 & setsid -f sleep 1000 9>lifeline');
    await runtime.close();
    await line.assertReleased();
  });

  testTree('leaves other runtimes alone when it is closed', async ({ runtime, makeRuntime }) => {
    const other = await makeRuntime();
    const handle = await other.spawn(['cat'], { stdin: 'pipe' });
    await runtime.execute(['true']);
    await runtime.close();
    await handle.write('alive');
    await handle.closeInput();
    assert.equal((await handle.result()).stdout, 'alive');
  });
}
