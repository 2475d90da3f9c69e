import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';
import { type RuntimePolicy, restrict } from '../../../src/sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../../src/sandbox/runtime/runtime.ts';
import { expectError, expectThrown } from '../../../src/testing/contract/expect-error.ts';

/** A dummy that echoes what reaches it, and a restricted view of it. */
function make(policy: RuntimePolicy): { readonly dummy: DummyRuntime; readonly view: Runtime } {
  const dummy = new DummyRuntime();
  return { dummy, view: restrict(dummy, policy) };
}

/** Options of the last call that reached the runtime behind. */
function lastOptions(dummy: DummyRuntime): Record<string, unknown> {
  return { ...dummy.calls.at(-1)?.options };
}

test('an empty policy lets everything pass', async () => {
  const { dummy, view } = make({});
  await view.execute(['rm', '-rf', '/'], { cwd: '/', env: { A: '1' }, timeoutMs: 9e9 });
  assert.deepEqual(dummy.calls.at(-1)?.command, ['rm', '-rf', '/']);
  await view.createSession();
  await view.runInSession({ command: 'echo hi' });
  await view.writeFile('/etc/passwd', 'x');
  assert.equal(await dummy.readFile('/etc/passwd'), 'x');
});

test('allow names the programs that may start, exactly', async () => {
  const { dummy, view } = make({ allow: ['git', '/usr/bin/env'] });
  await view.execute(['git', 'status']);
  await view.spawn(['/usr/bin/env', 'ls']);
  for (const argv of [['sh', '-c', 'git'], ['/tmp/git'], ['./git'], ['GIT'], ['git '], ['']]) {
    const { context } = await expectError(view.execute(argv), 'POLICY_DENIED');
    assert.deepEqual(context, { rule: 'allow', subject: argv[0] });
    await expectError(view.spawn(argv), 'POLICY_DENIED');
  }
  assert.equal(dummy.calls.length, 2);
});

test('deny names the programs that may not, by name and by path', async () => {
  const { view } = make({ deny: ['rm', '/bin/dd'] });
  await view.execute(['ls']);
  await view.execute(['dd']);
  for (const program of ['rm', '/bin/rm', '../rm', '/bin/dd']) {
    assert.equal((await expectError(view.execute([program]), 'POLICY_DENIED')).context.rule, 'deny');
  }
});

test('scripts and sessions are refused with a list of programs, which they would get round', async () => {
  for (const policy of [{ allow: ['git'] }, { deny: ['rm'] }, { shell: false }]) {
    const { dummy, view } = make(policy);
    const calls = [view.execute('git status'), view.spawn('git status'), view.createSession()];
    const refusals = await Promise.all(calls.map((call) => expectError(call, 'POLICY_DENIED')));
    for (const { context } of refusals) assert.equal(context.rule, 'shell');
    expectThrown(() => view.session(), 'SESSION_NOT_FOUND');
    await expectError(view.runInSession({ command: 'ls' }), 'SESSION_NOT_FOUND');
    assert.equal(dummy.calls.length, 0);
  }
  const { view } = make({ allow: ['git'], shell: true });
  await view.execute('anything goes');
});

test('allow closes the environment, which decides what a name means', async () => {
  const { view } = make({ allow: ['git'] });
  for (const options of [{ env: { PATH: '/tmp' } }, { env: { LD_PRELOAD: undefined } }, { inheritEnv: false }]) {
    assert.equal((await expectError(view.execute(['git'], options), 'POLICY_DENIED')).context.rule, 'allowEnv');
  }
  await view.execute(['git'], { env: {} });
  const open = restrict(new DummyRuntime(), { allow: ['git'], allowEnv: ['GIT_DIR'] });
  await open.execute(['git'], { env: { GIT_DIR: 'x' } });
  await expectError(open.execute(['git'], { env: { GIT_DIR: 'x', PATH: '/tmp' } }), 'POLICY_DENIED');
});

test('maxTimeoutMs bounds each call and holds where none is named', async () => {
  const { dummy, view } = make({ maxTimeoutMs: 1_000 });
  await view.execute(['ls']);
  assert.equal(lastOptions(dummy).timeoutMs, 1_000);
  await view.execute(['ls'], { timeoutMs: 10 });
  assert.equal(lastOptions(dummy).timeoutMs, 10);
  const { context } = await expectError(view.execute(['ls'], { timeoutMs: 1_001 }), 'LIMIT_EXCEEDED');
  assert.deepEqual(context, { limit: 'maxTimeoutMs', maximum: 1_000, received: 1_001 });
  await expectError(view.spawn(['ls'], { timeoutMs: Number.POSITIVE_INFINITY }), 'LIMIT_EXCEEDED');
  await expectError(view.execute(['ls'], { graceMs: 5_000 }), 'LIMIT_EXCEEDED');
  const session = await view.createSession();
  assert.equal(lastOptions(dummy).startupTimeoutMs, 1_000);
  await session.run('ls');
  assert.equal(lastOptions(dummy).timeoutMs, 1_000);
  await expectError(session.run('ls', { timeoutMs: 2_000 }), 'LIMIT_EXCEEDED');
  await expectError(view.runInSession({ command: 'ls', timeoutMs: 2_000 }), 'LIMIT_EXCEEDED');
  await expectError(session.interrupt({ graceMs: 2_000 }), 'LIMIT_EXCEEDED');
  const handle = await view.spawn(['cat'], { stdin: 'pipe' });
  await expectError(handle.kill('SIGTERM', { graceMs: 2_000 }), 'LIMIT_EXCEEDED');
});

test('maxOutputBytes bounds each call and holds where none is named', async () => {
  const { dummy, view } = make({ maxOutputBytes: 100 });
  await view.execute(['ls']);
  assert.equal(lastOptions(dummy).maxOutputBytes, 100);
  await expectError(view.execute(['ls'], { maxOutputBytes: 101 }), 'LIMIT_EXCEEDED');
  const session = await view.createSession();
  assert.equal(lastOptions(dummy).maxOutputBytes, 100);
  await expectError(session.run('ls', { maxOutputBytes: 101 }), 'LIMIT_EXCEEDED');
  await expectError(view.createSession({ session: 'b', maxOutputBytes: 101 }), 'LIMIT_EXCEEDED');
});

test('maxCommandBytes bounds scripts, argv arrays and what is sent', async () => {
  const { view } = make({ maxCommandBytes: 10 });
  await view.execute('0123456789');
  await expectError(view.execute('0123456789a'), 'LIMIT_EXCEEDED');
  await expectError(view.execute('ééééé+'), 'LIMIT_EXCEEDED');
  await expectError(view.execute(['01234', '56789']), 'LIMIT_EXCEEDED');
  const session = await view.createSession();
  await expectError(session.run(Buffer.alloc(11, 'x')), 'LIMIT_EXCEEDED');
  await expectError(session.send('01234567890'), 'LIMIT_EXCEEDED');
});

test('maxSessions counts the sessions that are open', async () => {
  const { dummy, view } = make({ maxSessions: 2 });
  await dummy.createSession({ session: 'of somebody else' });
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((session) => view.createSession({ session })));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  assert.equal((await expectError(view.createSession({ session: 'c' }), 'LIMIT_EXCEEDED')).context.maximum, 2);
  await view.closeSession('a');
  await view.createSession({ session: 'c' });
});

test('shows only what was made through it, and closes only that', async () => {
  const dummy = new DummyRuntime({ on: [['hang', () => new Promise(() => {})]] });
  const [foreign, process] = [await dummy.createSession({ session: 'foreign' }), await dummy.spawn('hang')];
  const view = restrict(dummy, {});
  const [own, handle] = [await view.createSession({ session: 'own' }), await view.spawn('hang')];
  const executing = view.execute('hang').catch(() => 'ended');
  assert.deepEqual(await view.sessions(), ['own']);
  assert.deepEqual(
    (await view.processes()).map(({ id }) => id),
    [handle.id],
  );
  expectThrown(() => view.session('foreign'), 'SESSION_NOT_FOUND');
  await expectError(view.closeSession('foreign'), 'SESSION_NOT_FOUND');
  await expectError(view.createSession({ session: 'foreign' }), 'SESSION_EXISTS');
  await expectError(view.attach(process.id), 'PROCESS_NOT_FOUND');
  assert.equal((await view.attach(handle.id)).id, handle.id);
  await view.close();
  assert.equal(await executing, 'ended');
  assert.deepEqual([own.state, handle.exit?.reason], ['closed', 'close']);
  assert.deepEqual([foreign.state, process.exit], ['idle', undefined]);
  assert.equal((await dummy.isAlive()).isAlive, true);
});

test('cannot be changed from outside once it is made', async () => {
  const policy = { allow: ['git'], maxTimeoutMs: 10 };
  const view = restrict(new DummyRuntime(), policy);
  policy.allow.push('sh');
  policy.maxTimeoutMs = 1e9;
  await expectError(view.execute(['sh']), 'POLICY_DENIED');
  await expectError(view.execute(['git'], { timeoutMs: 11 }), 'LIMIT_EXCEEDED');
  assert.throws(() => Object.assign(view, { files: {} }), TypeError);
});

test('uses what it has checked, however the caller changes it meanwhile', async () => {
  const { dummy, view } = make({ allow: ['git'], maxTimeoutMs: 10, root: '/' });
  const argv = ['git', 'status'];
  let asked = 0;
  const options = {
    get timeoutMs() {
      return asked++ === 0 ? 5 : 1e9;
    },
  };
  const running = view.execute(argv, options);
  argv[0] = 'sh';
  await running;
  assert.deepEqual(dummy.calls.at(-1)?.command, ['git', 'status']);
  assert.equal(lastOptions(dummy).timeoutMs, 5);
});

test('shows no way to the runtime behind it', async () => {
  const { dummy, view } = make({ shell: true });
  const seen = [view, view.files, await view.createSession(), await view.spawn('x')];
  for (const thing of seen) {
    for (const key of Reflect.ownKeys(thing)) {
      assert.notEqual(Reflect.get(thing, key), dummy);
      assert.notEqual(Reflect.get(thing, key), dummy.files);
    }
  }
});

test('can be restricted further', async () => {
  const inner = restrict(new DummyRuntime(), { maxTimeoutMs: 100, deny: ['rm'], root: '/work' });
  const view = restrict(inner, { maxTimeoutMs: 1_000, root: '/work/deep' });
  await view.files.write('file', 'x');
  assert.equal(await inner.files.readText('deep/file'), 'x');
  await expectError(view.execute(['rm']), 'POLICY_DENIED');
  await expectError(view.execute(['ls'], { timeoutMs: 500 }), 'LIMIT_EXCEEDED');
  await expectError(view.files.readText('../file'), 'PATH_ESCAPE');
});

test('refuses policies that mean nothing', () => {
  const runtime = new DummyRuntime();
  expectThrown(() => restrict(runtime, { root: 'relative' }), 'INVALID_ARGUMENT');
  expectThrown(() => restrict(runtime, { maxTimeoutMs: -1 }), 'INVALID_ARGUMENT');
  expectThrown(() => restrict(runtime, { maxSessions: Number.NaN }), 'INVALID_ARGUMENT');
});
