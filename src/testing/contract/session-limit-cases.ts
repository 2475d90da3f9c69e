import assert from 'node:assert/strict';
import { briefMs } from './brief.ts';
import { expectError } from './expect-error.ts';
import { makeGate, makeLifeline } from './lifeline.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** A program that no polite signal stops. */
const deaf = `sh -c "trap '' INT TERM QUIT HUP TSTP; echo deaf; while :; do sleep 1000; done"`;

/** An output without the word that a POSIX shell has for a program of its that was killed. */
const withoutDeath = (output: string): string => output.replace(/^Killed\n$/m, '');

/** Things that are hard to stop. */
const stubborn: readonly (readonly [what: string, script: string])[] = [
  ['a program', 'echo begun; sleep 1000; echo no'],
  ['a program that ignores SIGINT and SIGTSTP', `echo begun; ${deaf}; echo no`],
  ['a loop of builtins', 'echo begun; while :; do :; done; echo no'],
  ['a pipeline', 'echo begun; sleep 1000 | sleep 1000 | cat; echo no'],
  ['a subshell', 'echo begun; (sleep 1000; echo no); echo no'],
  ['a function in a substitution', 'f() { sleep 1000; echo no; }; echo begun; x=$(f); echo no'],
  ['a program that stopped itself', `echo begun; sh -c 'kill -STOP $$; echo no'; echo no`],
  ['a loop of programs', 'echo begun; while :; do sleep 0.01; done'],
  ['a wait for a background job', 'echo begun; sleep 1000 & wait; echo no'],
];

/** Timeouts and aborts of a run, after which the session is usable again. */
export function sessionLimitCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);

  for (const [what, script] of stubborn) {
    test(`stops ${what} at \`timeoutMs\` and goes on`, async (context) => {
      const session = await openSession(context, kind);
      await session.run('kept=here');
      const { context: facts } = await expectError(session.run(script, { timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
      assert.deepEqual([facts.command, facts.timeoutMs], [script, briefMs]);
      assert.match(withoutDeath(facts.output), /^begun\n(deaf\n)?$/);
      const next = await session.run('echo "$kept"; (exit 3)');
      assert.deepEqual([next.output, next.exitCode, next.backgroundOutput], ['here\n', 3, '']);
      assert.equal(session.state, 'idle');
    });
  }

  test('stops a silent script at `idleTimeoutMs` and goes on', async (context) => {
    const session = await openSession(context, kind);
    const running = session.run('echo begun; sleep 1000; echo no', { idleTimeoutMs: briefMs });
    const { context: facts } = await expectError(running, 'COMMAND_IDLE_TIMEOUT');
    assert.deepEqual([facts.output, facts.idleTimeoutMs], ['begun\n', briefMs]);
    assert.equal((await session.run('echo on')).output, 'on\n');
  });

  test('lets a script live that prints often enough', async (context) => {
    const session = await openSession(context, kind);
    const script = 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.25; done';
    assert.equal((await session.run(script, { idleTimeoutMs: 1_000 })).output, '1\n2\n3\n4\n5\n6\n');
  });

  test('stops a script when its signal is aborted, and goes on', async (context) => {
    const gate = await makeGate(context.runtime, context.directory, 'gate');
    const session = await openSession(context, kind);
    const controller = new AbortController();
    const script = 'echo begun; echo >gate; sleep 1000; echo no';
    const running = expectError(session.run(script, { signal: controller.signal }), 'COMMAND_ABORTED');
    await gate.opened();
    controller.abort();
    assert.equal((await running).context.output, 'begun\n');
    assert.equal((await session.run('echo on')).output, 'on\n');
  });

  test('runs nothing when its signal is already aborted', async (context) => {
    const session = await openSession(context, kind);
    await expectError(session.run('echo no >made', { signal: AbortSignal.abort() }), 'COMMAND_ABORTED');
    assert.equal(await context.runtime.files.exists(`${context.directory}/made`), false);
    assert.equal((await session.run('echo on')).output, 'on\n');
  });

  test('leaves no program behind that was timed out', async (context) => {
    const line = await makeLifeline(context.runtime, context.directory);
    const session = await openSession(context, kind);
    const script = `sh -c '${line.hold}; trap "" INT; sleep 1000 & sleep 1000; :'`;
    await expectError(session.run(script, { timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    await line.assertReleased();
  });

  test('shows output of a stopped script to nobody later', async (context) => {
    const session = await openSession(context, kind);
    await expectError(session.run('while :; do echo noise; done', { timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    for (const word of ['a', 'b', 'c']) assert.equal((await session.run(`echo ${word}`)).output, `${word}\n`);
  });

  test('leaves background jobs alone when it stops a script', async (context) => {
    const session = await openSession(context, kind);
    await session.run('sleep 1000 & job=$!');
    await expectError(session.run('sleep 1000', { timeoutMs: briefMs }), 'COMMAND_TIMEOUT');
    assert.equal((await session.run('kill -0 $job && echo alive')).output, 'alive\n');
  });

  test('leaves a script alone that ends in time', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('echo hi', { timeoutMs: 10_000, idleTimeoutMs: 10_000 });
    assert.deepEqual([result.output, result.exitCode], ['hi\n', 0]);
  });

  test('refuses limits that mean nothing, and goes on', async (context) => {
    const session = await openSession(context, kind);
    for (const options of [{ timeoutMs: -1 }, { idleTimeoutMs: 0 }, { maxOutputBytes: -5 }]) {
      await expectError(session.run('true', options), 'INVALID_ARGUMENT');
    }
    assert.equal((await session.run('echo on')).output, 'on\n');
  });
}

/** Interrupts by hand. */
export function sessionInterruptCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);

  for (const [what, script] of stubborn) {
    test(`interrupts ${what} and keeps the session`, async (context) => {
      const session = await openSession(context, kind);
      await session.run('kept=here');
      await session.run(script, { expect: script.includes('deaf') ? 'deaf\n' : 'begun\n' });
      const interrupted = await session.interrupt({ graceMs: 50 });
      assert.equal(withoutDeath(interrupted.output), '');
      const next = await session.run('echo "$kept"; (exit 3)');
      assert.deepEqual([next.output, next.exitCode, next.backgroundOutput], ['here\n', 3, '']);
    });
  }

  test('ends the run that it interrupts', async (context) => {
    const gate = await makeGate(context.runtime, context.directory, 'gate');
    const session = await openSession(context, kind);
    const running = session.run('echo begun; echo >gate; sleep 1000; echo no');
    await gate.opened();
    await session.interrupt();
    const result = await running;
    assert.deepEqual([result.output, result.exitCode], ['begun\n', 130]);
  });

  test('lets a program clean up on SIGINT', async (context) => {
    const session = await openSession(context, kind);
    const script = `sh -c "trap 'echo cleaned; exit 0' INT; echo up; while :; do sleep 0.05; done"`;
    await session.run(script, { expect: 'up\n' });
    assert.equal((await session.interrupt({ graceMs: 5_000 })).output, 'cleaned\n');
  });

  test('does nothing when nothing runs', async (context) => {
    const session = await openSession(context, kind);
    await session.run('kept=here');
    for (let count = 0; count < 3; count++) {
      const { output, backgroundOutput } = await session.interrupt();
      assert.deepEqual([output, backgroundOutput], ['', '']);
    }
    assert.equal((await session.run('echo $kept')).output, 'here\n');
  });

  test('leaves background jobs of earlier commands alone', async (context) => {
    const session = await openSession(context, kind);
    await session.run('sleep 1000 & job=$!');
    await session.run('echo up; sleep 1000', { expect: 'up' });
    await session.interrupt();
    assert.equal((await session.run('kill -0 $job && echo alive')).output, 'alive\n');
  });

  test('interrupts by the name of the session', async (context) => {
    await openSession(context, kind, { session: 'named' });
    await context.runtime.runInSession({ session: 'named', command: 'echo up; sleep 1000', expect: 'up\n' });
    await context.runtime.runInSession({ type: 'interrupt', session: 'named' });
    const next = await context.runtime.runInSession({ session: 'named', command: 'echo on' });
    assert.equal(next.output, 'on\n');
  });

  test('says SESSION_ENDED when the shell is gone', async (context) => {
    const session = await openSession(context, kind);
    await session.close();
    await expectError(session.interrupt(), 'SESSION_ENDED');
  });
}
