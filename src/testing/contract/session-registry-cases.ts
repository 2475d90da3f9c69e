import assert from 'node:assert/strict';
import { RexError } from '../../core/errors.ts';
import { expectError, expectThrown } from './expect-error.ts';
import { makeGate } from './lifeline.ts';
import { onPipes, openSession } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** Without the rc file of whoever runs the suite. */
const quiet = { loadRc: false } as const;

/** Sessions by name, and SWE-ReX's way to use them. */
export function sessionRegistryCases(suite: RuntimeSuite): void {
  const test = suite.group('sessions');

  test('are found by their names', async ({ runtime }) => {
    assert.deepEqual(await runtime.sessions(), []);
    const [one, two] = [await runtime.createSession({ ...quiet, session: 'one' }), await runtime.createSession(quiet)];
    assert.deepEqual([one.name, two.name], ['one', 'default']);
    assert.deepEqual([...(await runtime.sessions())].sort(), ['default', 'one']);
    assert.equal(runtime.session('one').name, 'one');
    assert.equal(runtime.session().name, 'default');
  });

  test('have names that are taken once', async ({ runtime }) => {
    await runtime.createSession({ ...quiet, session: 'name' });
    const { context } = await expectError(runtime.createSession({ ...quiet, session: 'name' }), 'SESSION_EXISTS');
    assert.equal(context.session, 'name');
    assert.deepEqual(await runtime.sessions(), ['name']);
  });

  test('are created once when two ask at the same time', async ({ runtime }) => {
    const outcomes = await Promise.allSettled([
      runtime.createSession(quiet),
      runtime.createSession(quiet),
      runtime.createSession(quiet),
    ]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 2);
    for (const { reason } of refused) assert.ok(RexError.is(reason, 'SESSION_EXISTS'));
  });

  test('are not found under another name', async ({ runtime }) => {
    expectThrown(() => runtime.session('nobody'), 'SESSION_NOT_FOUND');
    const { context } = await expectError(runtime.closeSession('nobody'), 'SESSION_NOT_FOUND');
    assert.equal(context.session, 'nobody');
    await expectError(runtime.runInSession({ session: 'nobody', command: 'true' }), 'SESSION_NOT_FOUND');
    await expectError(runtime.runInSession({ session: 'nobody', type: 'interrupt' }), 'SESSION_NOT_FOUND');
  });

  test('are closed by name, and the name is free', async ({ runtime }) => {
    const session = await runtime.createSession({ ...quiet, session: 'name' });
    await runtime.closeSession('name');
    assert.equal(session.state, 'closed');
    assert.deepEqual(await runtime.sessions(), []);
    await expectError(runtime.closeSession('name'), 'SESSION_NOT_FOUND');
    await runtime.createSession({ ...quiet, session: 'name' });
  });

  test('refuse commands once closed', async ({ runtime }) => {
    const session = await runtime.createSession(quiet);
    await session.close();
    await session.close();
    await expectError(session.run('true'), 'SESSION_ENDED');
  });

  const testCommands = suite.group('sessions', 'commands');

  testCommands('run commands by name', async (context) => {
    const { runtime } = context;
    await openSession(context, onPipes);
    await openSession(context, onPipes, { session: 'other' });
    await runtime.runInSession({ command: 'x=default' });
    await runtime.runInSession({ session: 'other', command: 'x=other' });
    assert.equal((await runtime.runInSession({ command: 'echo $x' })).output, 'default\n');
    assert.equal((await runtime.runInSession({ session: 'other', command: 'echo $x' })).output, 'other\n');
    const failing = runtime.runInSession({ command: 'echo out; (exit 3)', check: 'raise' });
    assert.equal((await expectError(failing, 'COMMAND_FAILED')).context.exitCode, 3);
  });

  testCommands('are the same by name and by object', async (context) => {
    const session = await openSession(context, onPipes);
    await session.run('x=1');
    assert.equal((await context.runtime.session().run('echo $x')).output, '1\n');
  });

  testCommands('queue the calls of one session in order', async (context) => {
    const session = await openSession(context, onPipes);
    await session.run('n=0');
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    const results = await Promise.all(numbers.map((number) => session.run(`n=$((n + 1)); echo $n; (exit ${number})`)));
    assert.deepEqual(
      results.map(({ output, exitCode }) => [output, exitCode]),
      numbers.map((number) => [`${number}\n`, number]),
    );
  });

  testCommands('go on in the queue after a failure', async (context) => {
    const session = await openSession(context, onPipes);
    const [failed, broken, fine] = await Promise.allSettled([
      session.run('false', { check: 'raise' }),
      session.run('fi', { validate: true }),
      session.run('echo fine'),
    ]);
    assert.deepEqual([failed.status, broken.status], ['rejected', 'rejected']);
    assert.ok(fine.status === 'fulfilled' && fine.value.output === 'fine\n');
  });

  testCommands('run at the same time', async (context) => {
    await makeGate(context.runtime, context.directory, 'meeting');
    const [one, two] = await Promise.all(['one', 'two'].map((session) => openSession(context, onPipes, { session })));
    const [read] = await Promise.all([
      one?.run('cat meeting', { timeoutMs: 10_000 }),
      two?.run('echo both run >meeting', { timeoutMs: 10_000 }),
    ]);
    assert.equal(read?.output, 'both run\n');
  });

  testCommands('are thirty at once without mixing anything up', async (context) => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const results = await Promise.all(
      numbers.map(async (number) => {
        const session = await openSession(context, onPipes, { session: `s${number}` });
        await session.run(`n=${number}; sleep 0.05`);
        return (await session.run('echo "mine: $n"; (exit $n)')).output;
      }),
    );
    assert.deepEqual(
      results,
      numbers.map((number) => `mine: ${number}\n`),
    );
  });
}
