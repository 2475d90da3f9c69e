import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTool } from 'hrm-rex/agents';
import { agentKinds, recoveryActions, recoveryPolicy, recoveryRows, ruleCoordinator } from 'hrm-rex/coordination';
import { presetFailures } from '../../../src/coordination/synthesis/preset-failures.ts';

test('every text of a preset is one that its handler recognises', () => {
  for (const { tool, handler, texts } of presetFailures) {
    const found = findTool(tool).handlers.find(({ name }) => name === handler);
    assert.ok(found, `${tool} has no handler ${handler}`);
    for (const text of texts) assert.match(text.replace(/\{\w+\}/g, 'word'), found.pattern, `${tool} ${handler}`);
  }
});

test('rows are balanced over the actions, varied, and the same for the same seed', () => {
  const rows = recoveryRows(3, 1_000);
  for (const action of recoveryActions) assert.equal(rows.filter((row) => row.action === action).length, 200);
  assert.ok(new Set(rows.map(({ observation }) => observation.output)).size > 700);
  assert.deepEqual(recoveryRows(3, 1_000), rows);
  assert.notDeepEqual(recoveryRows(4, 1_000), rows);
  assert.equal(new Set(rows.map(({ observation }) => observation.agent)).size, agentKinds.length);
  assert.ok(rows.every(({ observation }) => !/\{\w+\}/.test(observation.output)));
  assert.ok(rows.every(({ observation, action }) => action !== 'run' || (observation.exitCode ?? 1) <= 1));
});

test('rules get most of them right, not all: there is something to learn', async () => {
  const rows = recoveryRows(5, 500);
  const policy = recoveryPolicy(ruleCoordinator());
  let right = 0;
  for (const { observation, action } of rows) right += (await policy.decide(observation)).action === action ? 1 : 0;
  assert.ok(right > 300 && right < 500, `${right} of 500`);
});
