import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { done, fail, type Handler, type JournalEvent, memoryJournal, run } from 'hrm-rex/orchestration';
import {
  coordinationOverhead,
  defaultTargets,
  findBottlenecks,
  forecast,
  metrics,
  monitor,
  Reorganisation,
  RunMetrics,
  recordSpans,
  validateTargets,
} from 'hrm-rex/telemetry';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** A run of coder → tester, twice in parallel, where each takes its time and one fails. */
async function playTeam(): Promise<{ events: JournalEvent[] }> {
  const clock = new VirtualClock();
  const journal = memoryJournal({ clock });
  const work =
    (ms: number, tokens: number): Handler =>
    async (task, context) => {
      context.spend({ tokensOut: tokens, usd: 0.01 });
      await new Promise<void>((resolve) => clock.setTimer(ms, resolve));
      return task.goal === 'bad' ? fail('BROKEN', 'no') : done(1);
    };
  const nodes = ['good', 'bad'].flatMap((goal) => [
    { id: `code-${goal}`, task: { goal, type: 'code' }, use: 'coder', onFail: 'skip' as const },
    { id: `test-${goal}`, task: { goal, type: 'test' }, use: 'tester', dependsOn: [`code-${goal}`] },
  ]);
  const running = run(
    { nodes },
    { runId: 'run', journal, clock, handlers: { coder: work(70_000, 200), tester: work(10_000, 40) } },
  );
  await clock.runUntil(running.result);
  const events: JournalEvent[] = [];
  for await (const event of journal.read('run')) events.push(event);
  return { events };
}

test('metrics of a run, read from its journal, in the text format of Prometheus', async () => {
  const { events } = await playTeam();
  const counted = await new RunMetrics().follow(events);
  const lines = counted.prometheus().split('\n');
  for (const line of [
    '# TYPE hrm_rex_tasks_total counter',
    'hrm_rex_tasks_total{agent="coder",end="done"} 1',
    'hrm_rex_tasks_total{agent="coder",end="failed"} 1',
    'hrm_rex_tasks_total{agent="tester",end="done"} 1',
    'hrm_rex_tokens_total{agent="coder",direction="out"} 400',
    'hrm_rex_task_duration_seconds_bucket{agent="coder",le="60"} 0',
    'hrm_rex_task_duration_seconds_bucket{agent="coder",le="+Inf"} 2',
    'hrm_rex_task_duration_seconds_sum{agent="coder"} 140',
    'hrm_rex_active_agents 0',
    'hrm_rex_runs_total{end="done"} 1',
  ]) {
    assert.equal(lines.includes(line), true, `${line} is missing in\n${lines.join('\n')}`);
  }
});

test('tokens told with a result are counted by direction, but not again what was accounted for before', async () => {
  const told: Handler = async () => done(1, { usage: { tokensIn: 30, tokensOut: 5, usd: 0.5 } });
  const accounted: Handler = async (_, context) => {
    context.spend({ tokensIn: 20, tokensOut: 3 });
    return done(1, { usage: { tokensIn: 30, tokensOut: 5 } });
  };
  const node = (id: string, use: Handler) => ({ id, task: { goal: id }, use });
  const counted = await new RunMetrics().follow(run({ nodes: [node('told', told), node('accounted', accounted)] }));
  const lines = counted.prometheus().split('\n');
  assert.ok(lines.includes('hrm_rex_tokens_total{agent="told",direction="in"} 30'));
  assert.ok(lines.includes('hrm_rex_tokens_total{agent="told",direction="out"} 5'));
  const total = lines
    .filter((line) => line.startsWith('hrm_rex_tokens_total{agent="accounted"'))
    .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  assert.equal(total, 35);
});

test('promtool accepts the text', { skip: !hasPromtool && 'needs promtool' }, async () => {
  const { events } = await playTeam();
  const counted = await new RunMetrics().follow(events);
  counted.gauge('queue_size', Number.POSITIVE_INFINITY, { name: 'a "b"\\\n' });
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: counted.prometheus(), encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
});

test('label values are escaped; names that Prometheus cannot take are refused', () => {
  const set = metrics();
  set.count('a_total', 2, { text: 'a "b"\\\n' });
  assert.match(set.prometheus(), /a_total\{text="a \\"b\\"\\\\\\n"\} 2\n/);
  assert.throws(() => set.count('1a'), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => set.gauge('a_total', 1), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => set.count('a_total', -1), { code: 'INVALID_ARGUMENT' });
});

test('health: exactly the limit is not healthy and raises no alert', async () => {
  const alerts: string[] = [];
  let load = { cpu: 0.9, memory: 0.5, network: 0 };
  const health = monitor({ readLoad: () => load, onAlert: (name) => alerts.push(name) });
  assert.deepEqual(await health.check(), { ...load, healthy: false });
  assert.deepEqual(alerts, []);
  load = { cpu: 0.91, memory: 0.86, network: 0 };
  await health.check();
  assert.deepEqual(alerts, ['HIGH_CPU_USAGE', 'HIGH_MEMORY_USAGE']);
  load = { cpu: 0.89, memory: 0.84, network: 0 };
  assert.equal((await health.check()).healthy, true);
});

test('forecast: mean and ninth decile of the last executions of an agent or a type, defaults for the unknown', async () => {
  const { events } = await playTeam();
  const expected = await forecast(events);
  assert.deepEqual(expected.durationMs('coder'), { mean: 70_000, p90: 70_000, samples: 1 });
  assert.deepEqual(expected.tokens('code'), { mean: 200, p90: 200, samples: 1 });
  assert.deepEqual(expected.tokens('tester'), { mean: 50, p90: 50, samples: 1 });
  assert.deepEqual(expected.durationMs('nobody'), { mean: 30_000, p90: 30_000, samples: 0 });
  assert.deepEqual(expected.tokens('nobody'), { mean: 100, p90: 100, samples: 0 });
});

test('bottlenecks: agents above a minute on average', async () => {
  const { events } = await playTeam();
  const found = await findBottlenecks(events);
  assert.deepEqual(
    found.map(({ role, meanMs, samples }) => ({ role, meanMs, samples })),
    [{ role: 'coder', meanMs: 70_000, samples: 2 }],
  );
});

test('coordination overhead: the share of the wall time without work on the critical path', async () => {
  const { events } = await playTeam();
  assert.deepEqual(await coordinationOverhead(events), { wallMs: 80_000, criticalPathMs: 80_000, overhead: 0 });
  const late = events.map((event) => (event.type === 'run.done' ? { ...event, at: event.at + 20_000 } : event));
  assert.deepEqual(await coordinationOverhead(late), { wallMs: 100_000, criticalPathMs: 80_000, overhead: 0.2 });
});

test('reorganisation: merge by share of interactions, split long queues, specialise what recurs, narrow what costs', async () => {
  const team = new Reorganisation();
  for (let index = 0; index < 9; index++) team.interact('a', 'b');
  assert.deepEqual(team.advise(), [], 'nine interactions are too few');
  team.interact('a', 'b');
  team.interact('a', 'c');
  assert.deepEqual(team.advise(), [{ kind: 'merge', pair: ['a', 'b'], share: 10 / 11 }]);
  team.interact('a', 'c');
  team.interact('a', 'c');
  assert.deepEqual(team.advise(), [], '10 of 13 are less than 80 %');
  const { events } = await playTeam();
  for (let round = 0; round < 6; round++) for (const event of events) team.observe({ ...event, run: `run${round}` });
  team.observeOverhead(0.21);
  assert.deepEqual(
    team.advise().filter(({ kind }) => kind !== 'merge'),
    [
      { kind: 'specialise', pattern: 'code', seen: 12 },
      { kind: 'specialise', pattern: 'test', seen: 12 },
      { kind: 'narrow', overhead: 0.21 },
    ],
  );
});

test('targets: PASS, FAIL and MISSING, and a missing one does not pass', () => {
  const { pass, rows } = validateTargets({ coordination_overhead: 0.2, max_concurrent_agents: 29 });
  assert.equal(pass, false);
  assert.equal(rows.coordination_overhead?.status, 'PASS');
  assert.equal(rows.max_concurrent_agents?.status, 'FAIL');
  assert.deepEqual(rows.swe_bench_success_rate, { min: 0.6, target: 0.7, status: 'MISSING' });
  const all = Object.entries(defaultTargets).map(([name, { target }]) => [name, target]);
  assert.equal(validateTargets(Object.fromEntries(all)).pass, true);
});

test('spans: one for the run, one below it for each execution, with the attributes of the GenAI conventions', async () => {
  const { events } = await playTeam();
  const spans: { name: string; startTime: number; end?: number; agent: unknown; parent?: string; error?: string }[] =
    [];
  const written = await recordSpans(events, {
    contextOf: (span) => (span as unknown as { name: string }).name,
    tracer: {
      startSpan: (name, { startTime, attributes }, parent?: string) => {
        const agent = attributes['gen_ai.agent.name'];
        const span: (typeof spans)[number] = { name, startTime, agent, ...(parent === undefined ? {} : { parent }) };
        spans.push(span);
        return {
          name,
          setStatus: ({ message = '' }) => {
            span.error = message;
          },
          end: (at = 0) => {
            span.end = at;
          },
        };
      },
    },
  });
  assert.equal(written, 4);
  assert.deepEqual(spans[0], { name: 'run run', startTime: 0, agent: undefined, end: 80_000 });
  const tester = spans.find(({ agent }) => agent === 'tester');
  assert.deepEqual(tester, {
    name: 'invoke_agent tester',
    startTime: 70_000,
    agent: 'tester',
    parent: 'run run',
    end: 80_000,
  });
  assert.deepEqual(
    spans.flatMap(({ error = [] }) => error),
    ['BROKEN: no'],
  );
});
