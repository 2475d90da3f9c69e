import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomId } from '../../../src/core/ids.ts';
import { TargetRuntime, type TargetRuntimeOptions } from '../../../src/sandbox/target/target-runtime.ts';
import { expectError, expectThrown } from '../../../src/testing/contract/expect-error.ts';
import { readEvents } from '../../../src/testing/contract/read-events.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { LocalTarget } from './local-target.ts';

/** A runtime whose processes can be found by a variable of their own. */
async function open(options: TargetRuntimeOptions = {}) {
  const id = randomId();
  const target = new LocalTarget({ env: { HRM_REX_TEST: id } });
  const runtime = await new TargetRuntime(target, options).open();
  const leftovers = () => leftoverProcesses({ variable: 'HRM_REX_TEST', value: id, patienceMs: 5_000 });
  return { target, runtime, leftovers };
}

const busy = "trap '' HUP TERM; echo up; setsid sleep 1000 & while :; do sleep 1000; done";

test('a cut link rejects every call that waits with OUTCOME_UNKNOWN, and the target ends what ran', async (context) => {
  const { target, runtime, leftovers } = await open();
  context.after(() => runtime.close());
  const handle = await runtime.spawn(busy, { stdin: 'pipe' });
  await handle.waitFor('up');
  const session = await runtime.createSession({ loadRc: false });
  const running = session.run('echo in session; sleep 1000', { expect: 'never' });
  const waiting = [
    runtime.execute(['sleep', '1000']),
    handle.wait(),
    handle.result(),
    handle.waitFor('never'),
    readEvents(handle),
    running,
  ].map((call) => expectError(call as Promise<unknown>, 'OUTCOME_UNKNOWN'));
  await runtime.spawn(['true']).then((started) => started.wait());
  target.cutStreams('the cable was pulled');
  for (const { context } of await Promise.all(waiting)) assert.equal(context.reason, 'the cable was pulled');
  const ended = await expectError(session.run('echo again'), 'SESSION_ENDED');
  assert.match(ended.message, /the cable was pulled/);
  await expectError(handle.write('x'), 'OUTCOME_UNKNOWN');
  assert.deepEqual(
    (await runtime.processes()).filter((info) => info.running),
    [],
  );
  assert.deepEqual(await leftovers(), []);
  assert.equal((await runtime.execute('echo back')).stdout, 'back\n', 'a link that can be made again is used');
  await runtime.createSession({ loadRc: false });
  await runtime.close();
  assert.equal(target.live, 0);
});

test('what is started after a cut outlives what the cut leaves behind', async (context) => {
  const { target, runtime, leftovers } = await open();
  context.after(() => runtime.close());
  const before = await runtime.spawn(busy);
  await before.waitFor('up');
  const cut = expectError(before.wait(), 'OUTCOME_UNKNOWN');
  target.cutStreams('the cable was pulled');
  await cut;
  const session = await runtime.createSession({ loadRc: false });
  const after = await runtime.spawn("trap '' TERM; echo up; while :; do sleep 1000; done");
  await after.waitFor('up');
  const gone = `for i in {1..100}; do kill -0 ${before.pid} 2>/dev/null || break; sleep 0.1; done; kill -0 ${before.pid}`;
  assert.equal((await session.run(gone)).exitCode, 1, 'the target has ended what the cut link had started');
  assert.equal((await session.run('echo here')).output, 'here\n');
  assert.equal(after.exit, undefined);
  target.cutStreams('again');
  await expectError(after.wait(), 'OUTCOME_UNKNOWN');
  assert.deepEqual(await leftovers(), []);
});

test('a target that is gone says why in every call', async () => {
  const { target, runtime, leftovers } = await open();
  const handle = await runtime.spawn(busy);
  await handle.waitFor('up');
  const session = await runtime.createSession({ loadRc: false });
  const running = expectError(session.run('sleep 1000'), 'SESSION_ENDED');
  const idle = await runtime.createSession({ loadRc: false, session: 'idle' });
  const waiting = expectError(handle.wait(), 'OUTCOME_UNKNOWN');
  await idle.run('true');
  const reason = 'container ended with exit code 137: out of memory';
  target.vanish(reason);
  assert.match((await running).message, /out of memory/);
  assert.equal((await waiting).context.reason, reason);
  assert.match((await expectError(idle.run('echo'), 'SESSION_ENDED')).message, /out of memory/);
  assert.deepEqual(await runtime.isAlive(), { isAlive: false, message: `this machine does not answer: ${reason}` });
  await expectError(runtime.execute(['true']), 'CONNECTION_FAILED');
  await runtime.close();
  await expectError(runtime.execute(['true']), 'RUNTIME_CLOSED');
  expectThrown(() => runtime.session(), 'RUNTIME_CLOSED');
  assert.deepEqual(await leftovers(), []);
});

test('what was started goes on after a cut when asked to, until the runtime is closed', async () => {
  const { target, runtime, leftovers } = await open({ whenCut: 'keep' });
  const handle = await runtime.spawn('echo up; exec sleep 1000');
  await handle.waitFor('up');
  target.cutStreams('the cable was pulled');
  await expectError(handle.wait(), 'OUTCOME_UNKNOWN');
  const { stdout } = await runtime.execute(`kill -0 ${handle.pid}; echo $?`);
  assert.equal(stdout, '0\n');
  await runtime.close();
  assert.deepEqual(await leftovers(), []);
});

test('a start that is given up leaves nothing', async () => {
  const { target, runtime, leftovers } = await open();
  const controller = new AbortController();
  const starting = expectError(runtime.spawn('sleep 1000', { signal: controller.signal }), 'COMMAND_ABORTED');
  controller.abort();
  await starting;
  assert.deepEqual(await leftovers(), []);
  await runtime.close();
  assert.equal(target.live, 0);
});
