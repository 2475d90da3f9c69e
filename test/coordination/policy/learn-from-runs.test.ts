import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agentKinds,
  type Coordinator,
  experiences,
  type HeadTrainer,
  hrmPlanner,
  learnFromRuns,
  type PastTask,
  ruleCoordinator,
  type TaskRow,
} from 'hrm-rex/coordination';
import { type Clock, done, fail, memoryJournal, run, solve } from 'hrm-rex/orchestration';
import { predictionOf } from '../random-prediction.ts';

/** A clock that moves a second each time it is read. */
function steppingClock(): Clock {
  let now = 0;
  return { now: () => (now += 1_000), setTimer: () => () => {} };
}

async function read(rows: AsyncIterable<PastTask>): Promise<PastTask[]> {
  const found: PastTask[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

test('a run becomes a row: who worked was needed, who did not was not, who failed says nothing', async () => {
  const journal = memoryJournal();
  const workspace = { files: 3, ext: { rs: 3 }, markers: ['pm:Cargo.toml'] };
  const nodes = [
    { id: 'code', task: { goal: 'write it' }, use: 'rust' },
    { id: 'check', task: { goal: 'test it', type: 'test' }, use: 'somebody', dependsOn: ['code'] },
    { id: 'page', task: { goal: 'document it' }, use: 'domain_docs', dependsOn: ['code'], onFail: 'skip' as const },
    { id: 'tea', task: { goal: 'make tea' }, use: 'pilot' },
  ];
  const work = async () => done('well');
  const running = run(
    { nodes: [{ id: 'top', task: { goal: 'speed it up', input: { workspace } }, use: 'planner' }] },
    {
      journal,
      runId: 'one',
      clock: steppingClock(),
      handlers: {
        planner: async () => ({ kind: 'expand', graph: { nodes }, join: 'all' }),
        rust: work,
        somebody: work,
        pilot: work,
        domain_docs: async () => fail('NO_IDEA', 'no idea'),
      },
    },
  );
  await running.result;
  const [row, ...others] = await read(experiences(journal));
  assert.equal(others.length, 0);
  assert.ok(row);
  assert.equal(row.text, 'speed it up');
  assert.deepEqual(row.context, workspace);
  assert.deepEqual([...row.agents].sort(), ['rust', 'test']);
  assert.deepEqual(
    agentKinds.map(({ name }) => name).filter((name) => !row.known.includes(name)),
    ['docs'],
  );
  assert.equal(row.decompose, true);
  assert.ok(Math.abs(Object.values(row.effort ?? {}).reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  assert.deepEqual(
    row.subtasks.map(({ agent, succeeded, after }) => [agent, succeeded, ...after]),
    [
      ['rust', true],
      ['test', true, 0],
      ['docs', false, 0],
    ],
  );
  assert.ok(row.subtasks.every(({ workMs }) => workMs > 0));
});

test('what the planner planned and agents solved is read back', async () => {
  const journal = memoryJournal();
  const coordinator: Coordinator = {
    ...ruleCoordinator(),
    predict: async () => predictionOf({ python: 0.9, test: 0.8 }, { composite: 0.9 }),
  };
  const planner = hrmPlanner({ coordinator });
  await solve(
    { goal: 'add a cache' },
    {
      journal,
      runId: 'solved',
      isAtomic: planner.isAtomic,
      plan: planner.plan,
      execute: async () => done('ok'),
      aggregate: async () => done('all'),
    },
  ).result;
  const rows = await read(experiences(journal, { runs: ['solved'] }));
  assert.deepEqual(
    rows.map(({ text, agents, decompose }) => ({ text, agents, decompose })),
    [{ text: 'add a cache', agents: ['python', 'test'], decompose: true }],
  );
});

test('a run in which nothing succeeded teaches nothing', async () => {
  const journal = memoryJournal();
  const nodes = [{ id: 'a', task: { goal: 'x' }, use: 'go', onFail: 'skip' as const }];
  await run({ nodes }, { journal, handlers: { go: async () => fail('NO', 'no') } }).result;
  assert.deepEqual(await read(experiences(journal)), []);
});

const rows: TaskRow[] = Array.from({ length: 60 }, (_, index) => ({
  id: `run-${index}`,
  source: 'runs',
  licence: 'own',
  text: 'deploy the service',
  agents: ['docker'],
  known: ['docker', 'python'],
  split: 'train',
}));

function knowing(docker: number, disposed: string[] = []): Coordinator {
  return {
    ...ruleCoordinator(),
    predict: async () => predictionOf({ docker }),
    [Symbol.dispose]: () => void disposed.push(`${docker}`),
  };
}

function trainerOf(result: Coordinator): HeadTrainer & { learnt: number } {
  const trainer = {
    learnt: 0,
    fineTune: async (_old: Coordinator, given: readonly TaskRow[]) => {
      trainer.learnt = given.length;
      return result;
    },
  };
  return trainer;
}

test('new weights that do better on rows nobody learned from are taken', async () => {
  const [old, better] = [knowing(0.4), knowing(0.9)];
  const trainer = trainerOf(better);
  const { coordinator, accepted, before, after } = await learnFromRuns(old, rows, { trainer });
  assert.equal(accepted, true);
  assert.equal(coordinator, better);
  assert.deepEqual([before.agentsF1, after?.agentsF1], [0, 1]);
  assert.equal(trainer.learnt + before.rows, rows.length);
});

test('new weights that do worse, or no better, are thrown away and the old ones stay', async () => {
  for (const probability of [0.3, 0.4]) {
    const disposed: string[] = [];
    const old = knowing(0.4, disposed);
    const learned = await learnFromRuns(old, rows, { trainer: trainerOf(knowing(probability, disposed)) });
    assert.equal(learned.accepted, false);
    assert.equal(learned.because, 'not better');
    assert.equal(learned.coordinator, old);
    assert.deepEqual(disposed, [`${probability}`]);
  }
});

test('a lower loss does not excuse a lower F1', async () => {
  const mixed = rows.map((row, index) => ({ ...row, agents: index % 3 === 0 ? ['docker'] : [] }));
  const learned = await learnFromRuns(knowing(0.6), mixed, { trainer: trainerOf(knowing(0.34)) });
  assert.ok((learned.after?.logLoss ?? 9) < learned.before.logLoss);
  assert.equal(learned.because, 'not better');
});

test('too few rows to judge by change nothing', async () => {
  const trainer = trainerOf(knowing(0.9));
  const learned = await learnFromRuns(knowing(0.4), rows.slice(0, 4), { trainer });
  assert.equal(learned.because, 'too few rows');
  assert.equal(trainer.learnt, 0);
});
