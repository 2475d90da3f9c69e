import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { within } from '../../../src/testing/contract/within.ts';
import { makeMarkedRuntime } from './marked-runtime.ts';

test('closing in the middle of everything leaves no process', async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  const daemon = '(setsid sleep 1000 &); nohup sleep 1000 >/dev/null 2>&1 &';
  const underway: Promise<unknown>[] = [];
  for (let index = 0; index < 10; index++) {
    underway.push(runtime.execute(`${daemon} sleep 1000`), runtime.spawn(`${daemon} sleep 1000; :`));
    const pty = index % 3 === 0;
    const session = await runtime.createSession({ session: `s${index}`, loadRc: false, pty });
    await session.run(daemon);
    underway.push(session.run('sleep 1000'), session.run('echo never'));
    underway.push(runtime.createSession({ session: `late${index}`, loadRc: false, pty }));
  }
  const settled = Promise.allSettled(underway);
  await within(30_000, runtime.close());
  await assertNothingLeft();
  for (const outcome of await within(30_000, settled)) {
    if (outcome.status === 'rejected') assert.ok(RexError.is(outcome.reason), String(outcome.reason));
  }
});

test('many timeouts at once leave no process', async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  const script = "trap '' TERM INT; (setsid sleep 1000 &); sleep 1000 & while :; do sleep 1000; done";
  const attempts = Array.from({ length: 20 }, () => runtime.execute(script, { timeoutMs: 300, graceMs: 50 }));
  for (const outcome of await within(30_000, Promise.allSettled(attempts))) {
    assert.ok(outcome.status === 'rejected' && RexError.is(outcome.reason, 'COMMAND_TIMEOUT'));
  }
  await assertNothingLeft();
  await within(30_000, runtime.close());
});

test('a process tree that forks while it is killed is ended as a whole', async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  const script = `trap '' TERM; echo up; while :; do (setsid sh -c 'sleep 1000 & sleep 1000' &); sleep 0.005; done`;
  const handle = await runtime.spawn(script);
  await handle.waitFor('up');
  await within(30_000, handle.kill('SIGTERM', { graceMs: 100 }));
  await assertNothingLeft();
  await within(30_000, runtime.close());
});
