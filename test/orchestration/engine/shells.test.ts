import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from 'hrm-rex';
import { done, guard, type Handler, run, timeout } from 'hrm-rex/orchestration';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { makeMarkedRuntime } from '../../sandbox/faults/marked-runtime.ts';

const stubborn = 'trap "" INT TERM HUP; setsid sleep 300 & sleep 300; sleep 300';

test('a cancelled run ends the programs of its shells, whatever they ignore', async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  await using _runtime = runtime;
  let started = 0;
  const shell: Handler = async (_task, { node, signal }) => {
    await using session = await runtime.createSession({ session: node, loadRc: false, signal });
    started += 1;
    await session.run(stubborn, { signal });
    return done(null);
  };
  const command: Handler = async (_task, { signal }) => {
    started += 1;
    await runtime.execute(stubborn, { signal });
    return done(null);
  };
  const nodes = Array.from({ length: 10 }, (_, index) => ({
    id: `n${index}`,
    task: { goal: 'hang' },
    use: index % 2 === 0 ? shell : command,
  }));
  await using running = run({ nodes });
  running.result.catch(() => {});
  while (started < 10) await new Promise((resolve) => setTimeout(resolve, 5));
  await running.cancel('enough');
  await assertNothingLeft();
  assert.equal(running.status, 'cancelled');
});

test('a timeout around a handler ends its program, and the next attempt starts afresh', async () => {
  const { runtime, assertNothingLeft } = makeMarkedRuntime();
  await using _runtime = runtime;
  const command: Handler = async (_task, { signal }) => {
    await runtime.execute(stubborn, { signal });
    return done(null);
  };
  const graph = { nodes: [{ id: 'slow', task: { goal: 'hang' }, use: guard(command, timeout(300)) }] };
  const error = await run(graph).result.catch((cause: unknown) => cause);
  assert.ok(RexError.is(error, 'NODE_FAILED'));
  assert.equal(error.context.error.code, 'HANDLER_TIMEOUT');
  await assertNothingLeft();
});

test('a budget of time aborts what runs when it is over, of the task, its parent or the run', async () => {
  const hang: Handler = (_task, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const parent: Handler = async () => ({
    kind: 'expand',
    graph: { nodes: [{ id: 'child', task: { goal: 'hang' }, use: hang }] },
    join: 'all',
  });
  const cases = [
    { nodes: [{ id: 'a', task: { goal: 'hang', budget: { durationMs: 5_000 } }, use: hang }], options: {} },
    { nodes: [{ id: 'a', task: { goal: 'plan', budget: { durationMs: 5_000 } }, use: parent }], options: {} },
    { nodes: [{ id: 'a', task: { goal: 'hang' }, use: hang }], options: { budget: { durationMs: 5_000 } } },
  ];
  for (const { nodes, options } of cases) {
    const clock = new VirtualClock();
    const running = run({ nodes }, { ...options, clock });
    const failed = running.result.catch((error: unknown) => error);
    await clock.advance(4_999);
    assert.equal(running.status, 'running');
    await clock.advance(1);
    const error = await failed;
    assert.ok(RexError.is(error, 'NODE_FAILED'), String(error));
    assert.equal(error.context.error.code, 'BUDGET_EXCEEDED');
    assert.match(error.message, /5000 ms is over/);
  }
});

test('a handler that is done in spite of its budget of time is done', async () => {
  const clock = new VirtualClock();
  const slow: Handler = (_task, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(done('just in time'))));
  const graph = { nodes: [{ id: 'a', task: { goal: 'work', budget: { durationMs: 10 } }, use: slow }] };
  const running = run(graph, { clock });
  await clock.advance(10);
  assert.deepEqual(await running.result, { a: 'just in time' });
});
