import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Session } from '../../../src/sandbox/session/session.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { makeMarkedRuntime } from './marked-runtime.ts';

function kill(session: Session): void {
  assert.ok(session.pid !== undefined, 'the shell has a process id');
  process.kill(session.pid, 'SIGKILL');
}

for (const pty of [false, true]) {
  suite(`kill -9 of the shell ${pty ? 'on a terminal' : 'on pipes'}`, () => {
    const options = { loadRc: false, pty } as const;

    test('in the middle of a command ends the run with what it printed, and the name is free', async () => {
      const { runtime, assertNothingLeft } = makeMarkedRuntime();
      const session = await runtime.createSession(options);
      const script = 'echo begun; setsid sleep 1000 & sh -c "echo up; sleep 1000"; echo no';
      await session.run(script, { expect: 'up\n' });
      const waiting = expectError(session.waitFor('never'), 'SESSION_ENDED');
      kill(session);
      const { context } = await waiting;
      assert.deepEqual([context.signal, context.exitCode, context.command], ['SIGKILL', null, script]);
      assert.match(context.output, /^begun\nup\n$/);
      const again = await runtime.createSession(options);
      assert.equal((await again.run('echo again')).output, 'again\n');
      await runtime.close();
      await assertNothingLeft();
    });

    test('in the middle of a large output ends the run', async () => {
      const { runtime, assertNothingLeft } = makeMarkedRuntime();
      const session = await runtime.createSession(options);
      const running = expectError(session.run('yes', { maxOutputBytes: 10_000 }), 'SESSION_ENDED');
      await runtime.execute(['true']);
      kill(session);
      assert.match((await running).context.output, /^(y\n)*/);
      await runtime.close();
      await assertNothingLeft();
    });

    test('between commands ends the session', async () => {
      const { runtime, assertNothingLeft } = makeMarkedRuntime();
      const session = await runtime.createSession(options);
      await session.run('sleep 1000 & disown');
      kill(session);
      assert.equal((await expectError(session.run('echo no'), 'SESSION_ENDED')).context.signal, 'SIGKILL');
      assert.equal(session.state, 'closed');
      await runtime.close();
      await assertNothingLeft();
    });

    test('in twenty sessions at once ends each of them and nothing else', async () => {
      const { runtime, assertNothingLeft } = makeMarkedRuntime();
      const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
      const sessions = await Promise.all(names.map((session) => runtime.createSession({ ...options, session })));
      const survivor = await runtime.createSession({ ...options, session: 'survivor' });
      const runs = sessions.map((session) => expectError(session.run('sleep 1000'), 'SESSION_ENDED'));
      for (const session of sessions) kill(session);
      await Promise.all(runs);
      assert.deepEqual(await runtime.sessions(), ['survivor']);
      assert.equal((await survivor.run('echo alive')).output, 'alive\n');
      await runtime.close();
      await assertNothingLeft();
    });
  });
}
