import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agentKinds, decodePlan, planGraph, planTask, ruleCoordinator } from 'hrm-rex/coordination';
import { levels, validateGraph } from 'hrm-rex/orchestration';
import { anyEdges, anyPrediction, predictionOf } from '../random-prediction.ts';

const rules = ruleCoordinator();
const ts = { files: 40, ext: { ts: 30, md: 4 }, markers: ['ci', 'pm:package.json'] };

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.lorem({ maxCount: 5 }), { maxLength: 14 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
  fc.array(fc.lorem({ maxCount: 4 }), { maxLength: 9 }).map((items) => items.join(', then ')),
);

test('whatever is predicted, a plan is a valid graph whose efforts sum to one', async () => {
  const property = fc.asyncProperty(
    anyText,
    anyPrediction,
    anyEdges,
    fc.integer({ min: -2, max: 40 }),
    async (text, prediction, edges, maxAgents) => {
      const coordinator = { name: 'random', order: async () => edges };
      const plan = await decodePlan({ text }, prediction, coordinator, { maxAgents });
      const graph = planGraph(plan);
      validateGraph(graph);
      assert.equal(levels(graph).flat().length, plan.subtasks.length);
      const selected = plan.agents.filter((agent) => agent.selected);
      assert.ok(selected.length >= 1 && selected.length <= Math.max(1, Math.min(18, maxAgents)));
      for (const efforts of [plan.agents, plan.subtasks]) {
        assert.ok(Math.abs(efforts.reduce((sum, { effort }) => sum + effort, 0) - 1) < 1e-6);
      }
      const priorities = plan.agents.map(({ priority }) => priority).sort((first, second) => first - second);
      assert.deepEqual(
        priorities,
        agentKinds.map((_, index) => index + 1),
      );
      assert.ok(plan.subtasks.every(({ agent }) => selected.some((one) => one.agent === agent)));
      assert.ok(plan.subtasks.length <= 30);
      assert.ok(plan.confidence >= 0 && plan.confidence <= 1 && plan.expectedDurationMs > 0);
      assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
    },
  );
  await fc.assert(property, { numRuns: 400 });
});

test('selected is who reaches a threshold, effort is shared among them alone', async () => {
  const prediction = predictionOf({ rust: 0.9, test: 0.6, docs: 0.4 });
  const { agents, subtasks, composite } = await decodePlan({ text: 'speed up the parser' }, prediction, rules);
  const selected = agents.filter((agent) => agent.selected);
  assert.deepEqual(
    selected.map(({ agent, priority }) => [agent, priority]),
    [
      ['rust', 1],
      ['test', 2],
    ],
  );
  assert.ok(Math.abs((selected[0]?.effort ?? 0) - 0.6) < 1e-6);
  assert.equal(agents.find(({ agent }) => agent === 'docs')?.effort, 0);
  assert.equal(composite.value, false);
  assert.deepEqual(subtasks, [{ id: 'task', text: 'speed up the parser', agent: 'rust', after: [], effort: 1 }]);
});

test('a composite task without a list becomes one subtask for each agent: code, then tests, then docs', async () => {
  const prediction = predictionOf({ docs: 0.9, test: 0.8, go: 0.95, 'package-manager': 0.7 }, { composite: 0.8 });
  const { subtasks } = await decodePlan({ text: 'support HTTP/3' }, prediction, rules);
  assert.deepEqual(
    subtasks.map(({ agent, after }) => [agent, ...after]),
    [['package-manager'], ['go', 'package-manager'], ['test', 'go'], ['docs', 'test']],
  );
});

test('a list becomes subtasks in the order of the order head, by the agents its words call for', async () => {
  const text = 'Release:\n1. Document the new flag\n2. Write unit tests for the flag\n3. Add the flag to the parser\n';
  const prediction = predictionOf({ 'javascript-typescript': 0.9, test: 0.7, docs: 0.6 }, { composite: 0.9 });
  const { subtasks } = await decodePlan({ text, workspace: ts }, prediction, rules);
  assert.deepEqual(
    subtasks.map(({ id, agent, after }) => [id, agent, ...after]),
    [
      ['step-1', 'docs', 'step-2'],
      ['step-2', 'test', 'step-3'],
      ['step-3', 'javascript-typescript'],
    ],
  );
  const threshold = { ...prediction, composite: 0.4, compositeThreshold: 0.35 };
  assert.equal((await decodePlan({ text }, threshold, rules)).subtasks.length, 3);
});

test('"then" is an order that no head overrules', async () => {
  const contrary = { name: 'contrary', order: async () => [[2, 0] as const] };
  const prediction = predictionOf({ python: 0.9 }, { composite: 0.9 });
  const text = 'First move the module, then rename the class and finally delete the alias';
  const { subtasks } = await decodePlan({ text }, prediction, contrary);
  assert.deepEqual(
    subtasks.map(({ text: part, after }) => [part, ...after]),
    [['move the module'], ['rename the class', 'step-1'], ['delete the alias', 'step-2']],
  );
});

test('only kinds that are at hand are selected, an unknown one is dropped', async () => {
  const prediction = predictionOf({ python: 0.9, test: 0.8 });
  const { agents } = await decodePlan({ text: 'x' }, prediction, rules, { available: ['test', 'pilot'] });
  assert.deepEqual(
    agents.filter((agent) => agent.selected).map(({ agent }) => agent),
    ['test'],
  );
  await assert.rejects(decodePlan({ text: 'x' }, prediction, rules, { available: ['pilot'] }), {
    code: 'INVALID_ARGUMENT',
  });
});

test('a clear request has more confidence than an empty, foreign or endless one, which abstain', async () => {
  const sure = { ...rules, predict: async () => predictionOf({ 'javascript-typescript': 0.95, test: 0.9 }) };
  const clear = await planTask({ text: 'Add a retry option to the client and test it', workspace: ts }, sure);
  assert.ok(clear.confidence > 0.8 && !clear.abstain);
  for (const text of [
    '',
    ' \n\t',
    '修复登录页面的错误并添加测试',
    'Исправь ошибку в разборе даты',
    'Bitte füge dem Client eine Option für die Wiederholung hinzu und teste sie',
    'fix the build '.repeat(8_000),
    '\u0000\u0001\ufffd'.repeat(50),
  ]) {
    const plan = await planTask({ text, workspace: ts }, sure);
    assert.ok(plan.confidence < clear.confidence / 2 && plan.abstain, JSON.stringify(text.slice(0, 30)));
  }
});

test('reasons name the words, endings and files that moved each choice', async () => {
  const task = { text: 'Document the Dockerfile', workspace: ts };
  const { reasons, agents } = await planTask(task, rules, { explain: true });
  assert.ok(reasons.some(({ about, evidence, weight }) => about === 'docs' && evidence === 'Document' && weight > 0));
  const about = 'javascript-typescript';
  assert.ok(reasons.some((reason) => reason.about === about && reason.evidence === '*.ts' && reason.weight > 0));
  const known = new Set([...agents.filter((agent) => agent.selected).map(({ agent }) => agent), 'composite']);
  assert.ok(reasons.every((reason) => known.has(reason.about)));
});

test('explaining asks a bounded number of times', async () => {
  let asked = 0;
  const counting = {
    ...rules,
    predictAll: async (tasks: readonly { readonly text: string }[]) => {
      asked += tasks.length;
      return await Promise.all(tasks.map((task) => rules.predict(task)));
    },
  };
  const text = Array.from({ length: 3_000 }, (_, index) => `word${index}`).join(' ');
  await planTask({ text, workspace: ts }, counting, { explain: { maxPredictions: 12 } });
  assert.equal(asked, 12);
});
