import assert from 'node:assert/strict';
import { expectError, expectThrown } from './expect-error.ts';
import { makeGate, makeLifeline } from './lifeline.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** Scripts that end their shell, with the exit code or signal that is known then. */
const endings: readonly (readonly [by: string, script: string, exitCode: number | null, signal?: string])[] = [
  ['exit', 'echo last words; exit', 0],
  ['exit with a code', 'echo last words; exit 42', 42],
  ['exit behind several lines', 'echo last words\nif true; then\n  exit 255\nfi\necho no', 255],
  ['exit in a function', 'f() { exit 3; }; echo last words; f', 3],
  ['exec', 'echo last words; exec true', 0],
  ['exec of a program that fails', "echo last words; exec sh -c 'exit 5'", 5],
  ['set -e and a failure', 'set -e\necho last words\nfalse\necho no', 1],
  ['set -e and a failure with a code', 'set -e; echo last words; (exit 7); echo no', 7],
  ['SIGKILL', 'echo last words; kill -9 $$; echo no', null, 'SIGKILL'],
];

/** How a session ends, by its script or by its owner. */
export function sessionEndingCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  for (const [by, script, exitCode, signal = null] of endings) {
    test(`ends by ${by}, says so, and can be created again`, async (context) => {
      const { runtime } = context;
      const session = await openSession(context, kind, { session: 'mortal' });
      const { context: facts } = await expectError(session.run(script), 'SESSION_ENDED');
      assert.deepEqual([facts.exitCode, facts.signal], [exitCode, signal]);
      assert.deepEqual([facts.session, facts.command, facts.output], ['mortal', script, 'last words\n']);
      assert.equal(session.state, 'closed');
      const again = await openSession(context, kind, { session: 'mortal' });
      assert.equal((await again.run('echo new')).output, 'new\n');
      assert.deepEqual(await runtime.sessions(), ['mortal']);
    });
  }

  testBash('ends when its shell can evaluate nothing more, and can be created again', async (context) => {
    const session = await openSession(context, kind, { session: 'mortal' });
    await session.run('ulimit -Sn 20');
    await expectError(session.run('echo no'), 'SESSION_ENDED');
    const again = await openSession(context, kind, { session: 'mortal' });
    assert.equal((await again.run('echo new')).output, 'new\n');
  });

  test('ends with set -e of an earlier run at the first failure', async (context) => {
    const session = await openSession(context, kind);
    assert.equal((await session.run('set -e; false || true; if false; then :; fi')).exitCode, 0);
    assert.equal((await session.run('echo alive')).output, 'alive\n');
    const { context: facts } = await expectError(session.run('echo last; false; echo no'), 'SESSION_ENDED');
    assert.deepEqual([facts.output, facts.exitCode], ['last\n', 1]);
  });

  test('runs a trap on EXIT when the shell exits', async (context) => {
    const session = await openSession(context, kind);
    await session.run("trap 'echo cleaned >cleaned' EXIT");
    await expectError(session.run('exit 0'), 'SESSION_ENDED');
    assert.equal(await context.runtime.files.readText(`${context.directory}/cleaned`), 'cleaned\n');
  });

  test('refuses everything when its shell is gone', async (context) => {
    const session = await openSession(context, kind, { session: 'gone' });
    await expectError(session.run('exit 4'), 'SESSION_ENDED');
    const { context: facts } = await expectError(session.run('echo no'), 'SESSION_ENDED');
    assert.deepEqual([facts.exitCode, facts.output], [4, '']);
    expectThrown(() => context.runtime.session('gone'), 'SESSION_NOT_FOUND');
    assert.deepEqual(await context.runtime.sessions(), []);
    await session.close();
  });

  test('rejects what was queued behind the end', async (context) => {
    const session = await openSession(context, kind);
    const queued = [session.run('exit 2'), session.run('echo no'), session.run('echo no')];
    for (const run of queued) assert.equal((await expectError(run, 'SESSION_ENDED')).context.exitCode, 2);
  });

  test('ends what a shell that exits leaves behind', async (context) => {
    const line = await makeLifeline(context.runtime, context.directory);
    const session = await openSession(context, kind);
    const script = `(${line.hold}; setsid sleep 1000 & nohup sleep 1000 >/dev/null & disown -a; echo ready >ready); exit 0`;
    await expectError(session.run(script), 'SESSION_ENDED');
    assert.ok(await context.runtime.files.exists(`${context.directory}/ready`));
    await line.assertReleased();
  });

  test('ends everything it started when it is closed', async (context) => {
    const line = await makeLifeline(context.runtime, context.directory);
    const session = await openSession(context, kind);
    await session.run(`sh -c '${line.hold}; setsid sleep 1000 & nohup sleep 1000 & sleep 1000 & exit' >/dev/null 2>&1`);
    await session.run('nohup sleep 1000 9>lifeline >/dev/null 2>&1 & disown; setsid -f sleep 1000 9>lifeline');
    await session.close();
    await line.assertReleased();
  });

  test('ends what ignores every polite signal when it is closed', async (context) => {
    const line = await makeLifeline(context.runtime, context.directory);
    const gate = await makeGate(context.runtime, context.directory, 'gate');
    const session = await openSession(context, kind);
    await session.run(`sh -c '${line.hold}; trap "" HUP INT TERM QUIT; echo >gate; while :; do sleep 1000; done' &`);
    await gate.opened();
    await session.close();
    await line.assertReleased();
  });

  test('rejects a run that is under way when it is closed', async (context) => {
    const gate = await makeGate(context.runtime, context.directory, 'gate');
    const session = await openSession(context, kind);
    const running = expectError(session.run('echo begun; echo >gate; sleep 1000'), 'SESSION_ENDED');
    await gate.opened();
    await session.close();
    assert.equal((await running).context.output, 'begun\n');
  });

  test('is closed as often as asked, and its name is free at once', async (context) => {
    const session = await openSession(context, kind, { session: 'name' });
    await Promise.all([session.close(), session.close()]);
    await session.close();
    assert.equal(session.state, 'closed');
    const again = await openSession(context, kind, { session: 'name' });
    assert.equal((await again.run('echo again')).output, 'again\n');
  });

  test('is closed by `await using`', async (context) => {
    let kept: { readonly state: string };
    {
      await using session = await openSession(context, kind);
      await session.run('true');
      kept = session;
    }
    assert.equal(kept.state, 'closed');
    assert.deepEqual(await context.runtime.sessions(), []);
  });
}
