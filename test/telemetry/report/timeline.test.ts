import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, type Handler, memoryJournal, type RunEvent, recover, run } from 'hrm-rex/orchestration';
import { readTimeline, type TimelineNode } from 'hrm-rex/telemetry';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';

const at = 1_000_000;

/** Events of a run of `a → b`, beside a long `c`, whose process ends while `b` and `c` work. */
function interruptedRun(): RunEvent[] {
  const node = (id: string, dependsOn: readonly string[] = [], when?: string) => ({
    path: id,
    id,
    task: { id, goal: `do ${id}`, depth: 0 },
    use: `${id} agent`,
    dependsOn,
    onFail: 'continue',
    lane: 'task',
    ...(when === undefined ? {} : { when }),
  });
  const nodes = [node('a'), node('b', ['a']), node('c'), node('d', ['b', 'c']), node('e', ['a'], 'javac is installed')];
  const event = (ms: number, type: string, id?: string, data: unknown = {}): unknown => ({
    run: 'run',
    at: at + ms,
    type,
    ...(id === undefined ? {} : { node: id, agent: `${id} agent` }),
    data,
  });
  const started = { attempt: 1, phase: 'execute' };
  return [
    event(0, 'run.started', undefined, { nodes, join: 'all', seed: '', context: {} }),
    event(0, 'node.started', 'a', started),
    event(10, 'node.started', 'c', started),
    event(100, 'node.done', 'a', { output: 1 }),
    event(100, 'node.skipped', 'e', { because: 'condition' }),
    event(120, 'node.started', 'b', started),
    event(200, 'node.note', 'b', { name: 'retry', data: { tried: 1, code: 'BUSY' } }),
    event(500, 'run.recovered'),
    event(500, 'node.started', 'b', started),
    event(500, 'node.started', 'c', started),
    event(600, 'node.waiting', 'b', { for: 'approval', request: 'go on?', ticket: 'b:1' }),
    event(700, 'node.answered', 'b', { ticket: 'b:1', answer: true, by: 'answer' }),
    event(710, 'node.started', 'b', started),
    event(800, 'node.done', 'b', { output: 2 }),
    event(900, 'node.failed', 'c', { error: { code: 'BROKEN', message: 'no', retryable: false }, policy: 'continue' }),
    event(910, 'node.started', 'd', started),
    event(1_000, 'node.done', 'd', { output: 3 }),
    event(1_000, 'run.done', undefined, { output: 3 }),
  ] as RunEvent[];
}

async function read(events: readonly RunEvent[]) {
  const journal = memoryJournal();
  await journal.append('run', events);
  return await readTimeline(journal, 'run');
}

function spansOf({ spans }: TimelineNode): [string, number, number][] {
  return spans.map(({ kind, from, to }) => [kind, from - at, to - at]);
}

test('a timeline tells what each node did when, across the end of a process', async () => {
  const timeline = await read(interruptedRun());
  const spans = Object.fromEntries(timeline.nodes.map((node) => [node.path, spansOf(node)]));
  assert.deepEqual(spans, {
    a: [['running', 0, 100]],
    b: [
      ['queued', 100, 120],
      ['lost', 120, 200],
      ['running', 500, 600],
      ['waiting', 600, 700],
      ['queued', 700, 710],
      ['running', 710, 800],
    ],
    c: [
      ['queued', 0, 10],
      ['lost', 10, 200],
      ['running', 500, 900],
    ],
    d: [
      ['queued', 900, 910],
      ['running', 910, 1_000],
    ],
    e: [],
  });
  assert.deepEqual(timeline.gaps, [{ from: at + 200, to: at + 500 }]);
});

test('the figures of a timeline: what was kept, repeated, at work at once, and what the end waited for', async () => {
  const { kept, repeated, doneTwice, peak, wallMs, status, ...rest } = await read(interruptedRun());
  const { criticalPath, interruptedMs, coordination } = rest;
  assert.deepEqual(
    { kept, repeated, doneTwice, peak, wallMs, status },
    {
      kept: 2,
      repeated: 2,
      doneTwice: 0,
      peak: 2,
      wallMs: 1_000,
      status: 'done',
    },
  );
  assert.deepEqual(criticalPath, ['c', 'd']);
  // The gap, and the work of c that was cut off.
  assert.equal(interruptedMs, 300 + 190);
  // Nothing of it worked before c began, and between c and d.
  assert.equal(coordination.toFixed(6), '0.020000');
});

test('what a handler kept as a step is no work lost when its process ends', async () => {
  const events = interruptedRun();
  const step = { ...events[5], type: 'node.step', node: 'c', at: at + 150, data: { name: 'clone', value: null } };
  const { nodes, interruptedMs } = await read(events.toSpliced(6, 0, step as RunEvent));
  const c = nodes.find(({ id }) => id === 'c') as TimelineNode;
  assert.deepEqual(spansOf(c).slice(1), [
    ['running', 10, 150],
    ['lost', 150, 200],
    ['running', 500, 900],
  ]);
  assert.equal(interruptedMs, 300 + 50);
});

test('a skipped node names its condition, a failed one its error, a retried one its retries', async () => {
  const { nodes } = await read(interruptedRun());
  const facts = nodes.map(({ id, state, reason, executions, retries }) => [id, state, reason, executions, retries]);
  assert.deepEqual(facts, [
    ['a', 'done', '', 1, 0],
    ['b', 'done', '', 3, 1],
    ['c', 'failed', 'BROKEN: no', 2, 0],
    ['d', 'done', '', 1, 0],
    ['e', 'skipped', 'not true: javac is installed', 0, 0],
  ]);
  const log = nodes.find(({ id }) => id === 'b')?.log.map(({ text }) => text);
  assert.deepEqual(log, [
    'starts',
    'tries again after BUSY',
    'cut off: its process ended',
    'starts',
    'waits for approval: go on? (ticket b:1)',
    'answered: true',
    'starts',
    'done: 2',
  ]);
});

test('work that is done again after it was done is counted', async () => {
  const events = interruptedRun();
  const again = { ...events[1], at: at + 950 } as RunEvent;
  const { doneTwice } = await read([...events.slice(0, -1), again, ...events.slice(-1)]);
  assert.equal(doneTwice, 1);
});

test('the parts of a plan come after their planner, and the critical path goes through them', async () => {
  const clock = new VirtualClock();
  const journal = memoryJournal({ clock });
  const work =
    (ms: number): Handler =>
    async () => {
      await new Promise<void>((resolve) => clock.setTimer(ms, resolve));
      return done(ms);
    };
  const plan: Handler = async () => ({
    kind: 'expand',
    graph: {
      nodes: [
        { id: 'x', task: { goal: 'x' }, use: 'slow' },
        { id: 'y', task: { goal: 'y' }, use: 'quick' },
      ],
    },
    join: 'all',
  });
  const handlers = { plan, slow: work(500), quick: work(10) };
  const nodes = [
    { id: 'plan', task: { goal: 'plan' }, use: 'plan' },
    { id: 'end', task: { goal: 'end' }, use: 'quick', dependsOn: ['plan'] },
  ];
  await clock.runUntil(run({ nodes }, { runId: 'run', journal, clock, handlers }).result);
  const timeline = await readTimeline(journal, 'run');
  assert.deepEqual(
    timeline.nodes.map(({ path }) => path),
    ['plan', 'plan/x', 'plan/y', 'end'],
  );
  assert.deepEqual(timeline.criticalPath, ['plan/x', 'plan', 'end']);
});

test('a run that stands still, and one that is not there', async () => {
  const journal = memoryJournal();
  const handlers = { ask: (async () => ({ kind: 'wait', for: 'input', request: 'name?' })) as Handler };
  const running = run(
    { nodes: [{ id: 'ask', task: { goal: 'ask' }, use: 'ask' }] },
    { runId: 'run', journal, handlers },
  );
  for await (const { type } of running) if (type === 'node.waiting') break;
  const { status, nodes } = await readTimeline(journal, 'run');
  assert.deepEqual([status, nodes[0]?.state], ['running', 'waiting']);
  await running.cancel();
  await assert.rejects(readTimeline(journal, 'other'), { code: 'RUN_NOT_FOUND' });
  const again = await recover('run', { journal, handlers });
  await again.result.catch(() => {});
  assert.equal((await readTimeline(journal, 'run')).status, 'cancelled');
});
