import assert from 'node:assert/strict';
import { briefMs } from './brief.ts';
import { expectError } from './expect-error.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeContext, RuntimeSuite } from './suite.ts';

/** Starts a session whose user has this rc file. */
async function openWithRc({ runtime, directory }: RuntimeContext, kind: SessionKind, rc: string, options = {}) {
  await runtime.files.write(`${directory}/.bashrc`, rc);
  return await openSession({ runtime, directory }, kind, { loadRc: true, env: { HOME: directory }, ...options });
}

/** How a session starts. */
export function sessionStartupCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  test('starts idle, in its directory, with its variables', async (context) => {
    const session = await openSession(context, kind, { env: { WORD: "it's\nhere", HOME: undefined } });
    assert.deepEqual([session.name, session.state, session.startupOutput], ['default', 'idle', '']);
    assert.equal((await session.run('echo "$WORD ${HOME-none}"')).output, "it's\nhere none\n");
    const there = await context.runtime.execute('pwd -P', { cwd: context.directory });
    assert.equal((await session.run('pwd -P')).output, there.stdout);
  });

  test('replaces the environment when it is not inherited', async (context) => {
    const path = (await context.runtime.execute('printf %s "$PATH"')).stdout;
    const session = await openSession(context, kind, { inheritEnv: false, env: { PATH: path, ONLY: 'this' } });
    assert.equal((await session.run('echo "$ONLY ${HOME-none}"')).output, 'this none\n');
  });

  testBash('reads the rc file and keeps what it says', async (context) => {
    const session = await openWithRc(context, kind, "echo welcome\nalias hi='echo from rc'\nexport FROM_RC=1\n");
    assert.equal(session.startupOutput, 'welcome\n');
    assert.equal((await session.run('hi; echo $FROM_RC')).output, 'from rc\n1\n');
  });

  test('reads no rc file when told so', async (context) => {
    const session = await openWithRc(context, kind, 'echo welcome; FROM_RC=1\n', { loadRc: false });
    assert.equal(session.startupOutput, '');
    assert.equal((await session.run('echo "${FROM_RC-none}"')).output, 'none\n');
  });

  testBash('stays exact after an rc file that changes everything', async (context) => {
    const rc =
      "PS1='$(date) > '\nPROMPT_COMMAND='echo prompt'\ntrap 'echo debug >/dev/null' DEBUG\nset -o history\nset -m\nHISTFILE=~/h\nfalse\n";
    const session = await openWithRc(context, kind, rc);
    const result = await session.run('echo one; (exit 3)');
    assert.deepEqual([result.output, result.exitCode], ['one\n', 3]);
    assert.equal((await session.run('true &')).output, '');
  });

  testBash('waits for a slow and chatty rc file', async (context) => {
    const session = await openWithRc(context, kind, 'seq 1 5000; sleep 0.3; printf end\n');
    assert.ok(session.startupOutput.startsWith('1\n2\n') && session.startupOutput.endsWith('5000\nend'));
    assert.equal((await session.run('echo on')).output, 'on\n');
  });

  testBash('gives up on an rc file that takes too long, and frees the name', async (context) => {
    const slow = openWithRc(context, kind, 'echo slow; sleep 1000\n', { startupTimeoutMs: briefMs });
    const { context: facts } = await expectError(slow, 'SESSION_START_FAILED');
    assert.equal(facts.session, 'default');
    assert.match(facts.output, /slow/);
    assert.equal((await (await openSession(context, kind)).run('echo on')).output, 'on\n');
  });

  testBash('fails with an rc file that exits, and frees the name', async (context) => {
    await expectError(openWithRc(context, kind, 'echo leaving; exit 3\n'), 'SESSION_START_FAILED');
    assert.equal((await (await openSession(context, kind)).run('echo on')).output, 'on\n');
  });

  testBash('sources files in order after the rc file', async (context) => {
    const { directory, runtime } = context;
    await runtime.files.write(`${directory}/one.sh`, 'order=${order}1; echo one\n');
    await runtime.files.write(`${directory}/it's two.sh`, 'order=${order}2; f() { echo f; }\n');
    const startupSource = [`${directory}/one.sh`, `${directory}/it's two.sh`];
    const session = await openWithRc(context, kind, 'order=0\n', { startupSource });
    assert.equal(session.startupOutput, 'one\n');
    assert.equal((await session.run('echo $order; f')).output, '012\nf\n');
  });

  test('fails when a file to source is missing, and frees the name', async (context) => {
    const startupSource = [`${context.directory}/missing.sh`];
    const { context: facts } = await expectError(openSession(context, kind, { startupSource }), 'SESSION_START_FAILED');
    assert.match(facts.output + facts.reason, /missing\.sh/);
    assert.deepEqual(await context.runtime.sessions(), []);
    await openSession(context, kind);
  });

  test('fails in a directory that does not exist, and frees the name', async (context) => {
    await expectError(openSession(context, kind, { cwd: `${context.directory}/missing` }), 'SESSION_START_FAILED');
    await openSession(context, kind);
  });

  test('fails with a shell that does not exist, and frees the name', async (context) => {
    await expectError(openSession(context, kind, { shell: 'hrm-rex-no-such-shell' }), 'SESSION_START_FAILED');
    await openSession(context, kind);
  });

  test('fails with a shell that ends at once, and frees the name', async (context) => {
    await expectError(openSession(context, kind, { shell: 'true' }), 'SESSION_START_FAILED');
    await openSession(context, kind);
  });

  testBash('gives up a start when its signal is aborted, and frees the name', async (context) => {
    const controller = new AbortController();
    const starting = openWithRc(context, kind, 'sleep 1000\n', { signal: controller.signal });
    const rejected = starting.then(
      () => false,
      () => true,
    );
    controller.abort();
    assert.equal(await rejected, true);
    assert.deepEqual(await context.runtime.sessions(), []);
    await openSession(context, kind);
  });

  test('knows the process id of its shell', async (context) => {
    const session = await openSession(context, kind);
    assert.ok(session.pid === undefined || session.pid > 0);
    const first = await session.run('echo $$');
    assert.match(first.output, /^\d+\n$/);
    assert.equal((await session.run('echo $$')).output, first.output);
  });
}
