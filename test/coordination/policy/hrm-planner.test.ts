import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelPolicy } from 'hrm-rex/agents';
import { type Coordinator, hrmPlanner, type Prediction, recoveryPolicy, ruleCoordinator } from 'hrm-rex/coordination';
import { done, firstConfident, type GraphSpec, rules, solve, type Task } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';
import { predictionOf } from '../random-prediction.ts';

const workspace = { files: 20, ext: { go: 15 }, markers: ['ci', 'pm:go.mod'] };

function task(goal: string, more: Partial<Task> = {}): Task {
  return { id: 'task', goal, depth: 0, ...more };
}

function fixed(prediction: Prediction | ((text: string) => Prediction)): Coordinator & { asked: string[] } {
  const asked: string[] = [];
  const predict: Coordinator['predict'] = async ({ text }) => {
    asked.push(text);
    return typeof prediction === 'function' ? prediction(text) : prediction;
  };
  return { ...ruleCoordinator(), name: 'fixed', predict, asked };
}

const composite = predictionOf({ go: 0.9, test: 0.8, docs: 0.7 }, { composite: 0.9 });

test('its policies solve a task: planned once, each part done by its kind of agent, in order', async () => {
  const coordinator = fixed(composite);
  const planner = hrmPlanner({ coordinator, workspace });
  const did: string[] = [];
  const running = solve(
    { goal: 'Support HTTP/3' },
    {
      isAtomic: planner.isAtomic,
      plan: planner.plan,
      execute: async ({ type = 'nobody' }) => {
        did.push(type);
        return done(type);
      },
      aggregate: async (_task, { inputs }) => done(Object.values(inputs)),
    },
  );
  assert.deepEqual(await running.result, ['go', 'test', 'docs']);
  assert.deepEqual(did, ['go', 'test', 'docs']);
  assert.equal(coordinator.asked.filter((text) => text === 'Support HTTP/3').length, 1);
});

test('a listed task is solved part by part, and parts that are lists themselves once more', async () => {
  const planner = hrmPlanner({ coordinator: fixed(composite) });
  const leaves: string[] = [];
  const running = solve(
    { goal: '- Write the parser; Then optimise it. Fix the lexer too.\n- Document the flags' },
    {
      isAtomic: planner.isAtomic,
      plan: planner.plan,
      execute: async ({ goal }) => {
        leaves.push(goal);
        return done(goal);
      },
      aggregate: async (_task, { inputs }) => done(Object.keys(inputs).length),
    },
  );
  assert.equal(await running.result, 2);
  assert.ok(leaves.length > 2 && leaves.every((leaf) => !leaf.includes('\n')), leaves.join(' | '));
});

test('who does a task, with which share of the effort', async () => {
  const planner = hrmPlanner({ coordinator: fixed(composite), agent: (kind) => ({ tags: { all: [kind] } }) });
  const chosen = await planner.selectAgent.decide(task('Support HTTP/3'));
  assert.deepEqual(chosen.action, { tags: { all: ['go'] } });
  assert.ok(chosen.confidence > 0.85 && chosen.by === 'fixed');
  const own = await planner.selectAgent.decide(task('Support HTTP/3', { type: 'docs' }));
  assert.deepEqual(own.action, { tags: { all: ['docs'] } });
  const { action } = await planner.allocate.decide(task('Support HTTP/3'));
  assert.deepEqual(Object.keys(action).sort(), ['docs', 'go', 'test']);
  assert.ok(Math.abs(Object.values(action).reduce((sum, effort) => sum + effort, 0) - 1) < 1e-6);
});

test('the order of subtasks is acyclic even where the head is not', async () => {
  const coordinator = { ...fixed(composite), order: async () => [[0, 1] as const, [1, 0] as const, [4, 9] as const] };
  const { action } = await hrmPlanner({ coordinator }).order.decide({ request: 'x', subtasks: ['a', 'b'] });
  assert.deepEqual(action, [[0, 1]]);
});

test('small work is done by one agent, large work by several: talking has a price', async () => {
  const small = { ...composite, difficulty: Float32Array.of(1, 0, 0, 0) };
  const large = { ...composite, difficulty: Float32Array.of(0, 0, 0, 1) };
  const decide = async (prediction: Prediction, costs = {}): Promise<string> =>
    (await hrmPlanner({ coordinator: fixed(prediction), costs }).delegateOrSolo.decide(task('Support HTTP/3'))).action;
  assert.equal(await decide(small), 'solo');
  assert.equal(await decide(large), 'delegate');
  assert.equal(await decide(large, { handoverMs: 10 * 3_600_000 }), 'solo');
  assert.equal(await decide(predictionOf({ go: 0.9 })), 'solo');
});

test('planning halts where another step would bring nothing', async () => {
  const halt = async (continueProbability: number): Promise<boolean> => {
    const coordinator = fixed({ ...composite, continueProbability });
    return (await hrmPlanner({ coordinator }).halt.decide(task('x'))).action;
  };
  assert.equal(await halt(0.1), true);
  assert.equal(await halt(0.9), false);
});

test('where the heads are not sure a chat model plans, and a rule behind it', async () => {
  const graph: GraphSpec = { nodes: [{ id: 'one', task: { goal: 'ask first' } }] };
  const model = scriptedModel([JSON.stringify(graph)]);
  const action = z.object({ nodes: z.array(z.object({ id: z.string(), task: z.object({ goal: z.string() }) })) });
  const chat = modelPolicy<Task, z.infer<typeof action>>(model, { action, confidence: 0.85 });
  const fallback = rules<Task, GraphSpec>(({ goal }) => ({ nodes: [{ id: 'all', task: { goal } }] }));
  const sure = hrmPlanner({ coordinator: fixed(predictionOf({ go: 0.98, test: 0.97 })), workspace });
  const first = firstConfident<Task, GraphSpec>(0.8, sure.plan, chat, fallback);
  assert.equal((await first.decide(task('Add a test for the server'))).by, 'fixed');
  const unsure = firstConfident<Task, GraphSpec>(
    0.8,
    hrmPlanner({ coordinator: ruleCoordinator() }).plan,
    chat,
    fallback,
  );
  assert.deepEqual(await unsure.decide(task('Mach was')), { action: graph, confidence: 0.85, by: 'scripted' });
  model.assertComplete();
});

test('a coordinator that fails is asked again the next time', async () => {
  let calls = 0;
  const failing = fixed(composite);
  const coordinator: Coordinator = {
    ...failing,
    predict: async (given) => {
      calls += 1;
      if (calls === 1) throw new Error('out of memory');
      return await failing.predict(given);
    },
  };
  const planner = hrmPlanner({ coordinator });
  await assert.rejects(planner.plan.decide(task('x')), /out of memory/);
  assert.equal((await planner.plan.decide(task('x'))).by, 'fixed');
});

test('after a step: what presets know, what words say, and an end to trying', async () => {
  const policy = recoveryPolicy(ruleCoordinator());
  const decide = async (output: string, exitCode: number | undefined, attempt = 1): Promise<string> =>
    (await policy.decide({ agent: 'package-manager', output, exitCode, attempt })).action;
  assert.equal(await decide('added 12 packages', 0), 'run');
  assert.equal(await decide('npm error code ERESOLVE unable to resolve dependency tree', 1), 'fix');
  assert.equal(await decide('getaddrinfo ENOTFOUND registry.npmjs.org', 1), 'retry');
  assert.equal(await decide('sh: 1: pnpm: not found', 127), 'other-tool');
  assert.equal(await decide('No space left on device', 1), 'escalate');
  assert.equal(await decide('', undefined), 'retry');
  assert.equal(await decide('AssertionError: 1 != 2', 1), 'fix');
  assert.equal(await decide('AssertionError: 1 != 2', 1, 4), 'escalate');
  const limited = recoveryPolicy(ruleCoordinator(), { actions: ['fix', 'escalate'] });
  const { action } = await limited.decide({ agent: 'x', output: 'ETIMEDOUT', exitCode: 1, attempt: 1 });
  assert.ok(action === 'fix' || action === 'escalate');
});
