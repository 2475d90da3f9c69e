// Learn from past runs, behind a gate: new weights are taken only when they do better on runs that nobody learned from.
import assert from 'node:assert/strict';
import {
  agentKinds,
  type Coordinator,
  experiences,
  type HeadTrainer,
  hrmPlanner,
  learnFromRuns,
  type PastTask,
  ruleCoordinator,
} from 'hrm-rex/coordination';
import { done, fail, memoryJournal, run } from 'hrm-rex/orchestration';

// Thirty runs: in this team a deployment is done by Docker and Go, and the Python agent never helps.
const journal = memoryJournal();
for (let index = 0; index < 30; index++) {
  const nodes = ['docker', 'go', 'python'].map((agent) => ({
    id: agent,
    task: { goal: `deploy service ${index}: the ${agent} part` },
    use: agent,
    onFail: 'skip' as const,
  }));
  await run(
    { nodes: [{ id: 'deploy', task: { goal: `deploy service ${index}` }, use: 'planner' }] },
    {
      journal,
      runId: `run-${index}`,
      handlers: {
        planner: async () => ({ kind: 'expand', graph: { nodes }, join: 'all' }),
        docker: async () => done('image pushed'),
        go: async () => done('server built'),
        python: async () => fail('NOTHING_TO_DO', 'there is no Python here'),
      },
    },
  ).result;
}
const rows: PastTask[] = [];
for await (const row of experiences(journal)) rows.push(row);
assert.equal(rows.length, 30);
assert.deepEqual([...(rows[0]?.agents ?? [])].sort(), ['docker', 'go']);

// A trainer that counts. With trained weights `headTrainer()` fine-tunes the heads in the same place.
const counting: HeadTrainer = {
  fineTune: async (old, learnt) => {
    const share = agentKinds.map(({ name }) => {
      const known = learnt.filter((row) => row.known.includes(name));
      return known.filter((row) => row.agents.includes(name)).length / Math.max(1, known.length);
    });
    const predict: Coordinator['predict'] = async (task, options) => {
      const prediction = await old.predict(task, options);
      const agents = prediction.agents.map((probability, index) => (probability + 3 * (share[index] ?? 0)) / 4);
      return { ...prediction, agents };
    };
    return { ...ruleCoordinator(), name: 'counting/1', predict };
  },
};
const { coordinator, accepted, before, after } = await learnFromRuns(ruleCoordinator(), rows, { trainer: counting });
console.log({ accepted, before, after });
assert.ok(accepted && after && after.agentsF1 > before.agentsF1);

// The planner plans with what was learned.
const planner = hrmPlanner({ coordinator });
const { agents } = await planner.foresee({ id: 'next', goal: 'deploy service 31', depth: 0 });
assert.ok(agents.filter(({ selected }) => selected).some(({ agent }) => agent === 'docker'));

// A trainer that forgets is refused: the old weights stay.
const forgetful: HeadTrainer = {
  fineTune: async (old) => {
    const predict: Coordinator['predict'] = async (task) => {
      const prediction = await old.predict(task);
      return { ...prediction, agents: prediction.agents.map(() => 0.01) };
    };
    return { ...ruleCoordinator(), predict };
  },
};
const refused = await learnFromRuns(coordinator, rows, { trainer: forgetful });
assert.equal(refused.accepted, false);
assert.equal(refused.coordinator, coordinator);
