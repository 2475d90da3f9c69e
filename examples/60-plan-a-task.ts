// Which agents does a task need, in what order, with which effort, and how sure is that?
import assert from 'node:assert/strict';
import { openDefaultCoordinator, planGraph, planTask } from 'hrm-rex/coordination';
import { levels } from 'hrm-rex/orchestration';

using coordinator = await openDefaultCoordinator();
const workspace = { files: 212, ext: { ts: 150, md: 20, json: 12 }, markers: ['ci', 'pm:package.json'] };
const text = `Release the retry option
1. Add a retry option to the client
2. Write unit tests for the retry option
3. Document the retry option in the README`;

const plan = await planTask({ text, workspace }, coordinator, { explain: true });
for (const { agent, probability, effort, priority, selected } of plan.agents) {
  if (selected) console.log(`${priority}. ${agent}: ${(100 * probability).toFixed(0)} %, effort ${effort.toFixed(2)}`);
}
console.log(`confidence ${plan.confidence.toFixed(2)} by ${plan.by}`);
for (const { about, evidence, weight } of plan.reasons) console.log(`${about} ← ${evidence} ${weight.toFixed(1)}`);

const chosen = plan.agents.filter(({ selected }) => selected).map(({ agent }) => agent);
assert.ok(chosen.includes('javascript-typescript'), 'the workspace tells the language');
assert.ok(chosen.includes('test') && chosen.includes('docs'), 'the text tells the rest');
assert.ok(plan.reasons.some(({ evidence }) => evidence === '*.ts'));

// A plan is a graph for the engine.
const graph = planGraph(plan);
for (const ids of levels(graph))
  console.log(ids.map((id) => `${id} (${plan.subtasks.find((one) => one.id === id)?.agent})`));
assert.equal(graph.nodes.length, plan.composite.value ? 3 : 1);

// What cannot be known is said, too.
const guess = await planTask({ text: '' }, coordinator);
assert.ok(guess.abstain && guess.confidence < plan.confidence);
