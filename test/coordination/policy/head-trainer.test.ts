import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agentKinds,
  headTrainer,
  hrmPlanner,
  learnFromRuns,
  ruleCoordinator,
  scoreRows,
  type TaskRow,
} from 'hrm-rex/coordination';
import { useBackend } from 'hrm-rex/hrm';
import { done, memoryJournal, run } from 'hrm-rex/orchestration';
import { defaultEncoder } from '../../../src/coordination/encoder/encode-task.ts';
import { linearOutputs } from '../../../src/coordination/linear/linear-outputs.ts';
import { jointSize, type LinearTable } from '../../../src/coordination/linear/linear-path.ts';
import { noCalibration } from '../../../src/coordination/model/calibration.ts';
import { createCoordinationModel } from '../../../src/coordination/model/coordination-model.ts';
import { HrmCoordinator } from '../../../src/coordination/model/hrm-coordinator.ts';
import { trainOrder } from '../../../src/coordination/order/train-order.ts';

await useBackend('wasm');

const encoder = { ...defaultEncoder, sequenceLength: 12, vocabularySize: 64, featureCount: 64 };
const core = { sequenceLength: 12, vocabularySize: 64, hiddenSize: 16, headCount: 2, maxSteps: 1 };

/** Heads that have learned nothing yet. */
function untrained(): HrmCoordinator {
  const table: LinearTable = {
    scale: new Float32Array(encoder.featureCount),
    rows: new Int32Array(encoder.featureCount).fill(-1),
    weights: new Float32Array(0),
    bias: new Float32Array(linearOutputs.count),
  };
  return new HrmCoordinator({
    name: 'untrained/1',
    encoder,
    linear: { text: table, workspace: table, joint: new Float32Array(linearOutputs.count * jointSize), trees: [] },
    order: trainOrder([]),
    calibration: noCalibration,
    model: createCoordinationModel({ core }, { seed: 4 }),
  });
}

const known = agentKinds.map(({ name }) => name);
const rows = Array.from({ length: 32 }, (_, index): TaskRow => {
  const agents = index % 2 === 0 ? ['docker', 'go'] : ['docs'];
  const text = index % 2 === 0 ? `deploy the service ${index}` : `describe the page ${index}`;
  return { id: `run-${index}`, source: `run-${index % 4}`, licence: 'own', text, agents, known, split: 'train' };
});

test('heads learn from runs: a copy is better on rows held out, the given one stays as it was', async () => {
  using old = untrained();
  const before = await old.predict({ text: 'deploy it' });
  const trainer = headTrainer({ steps: 15, batchSize: 8, learningRate: 0.02 });
  const learned = await learnFromRuns(old, rows, { trainer, seed: 2 });
  assert.equal(learned.accepted, true);
  assert.ok((learned.after?.logLoss ?? 9) < learned.before.logLoss / 1.5, JSON.stringify(learned));
  using better = learned.coordinator;
  assert.equal(better.name, 'untrained/1+runs');
  assert.deepEqual(await old.predict({ text: 'deploy it' }), before);
  const [first, second] = [headTrainer({ steps: 2 }), headTrainer({ steps: 2 })];
  using one = await first.fineTune(old, rows, { seed: 2 });
  using other = await second.fineTune(old, rows, { seed: 2 });
  assert.deepEqual(await scoreRows(one, rows.slice(0, 4)), await scoreRows(other, rows.slice(0, 4)));
});

test('a planner learns from its journal and plans with what it learned', async () => {
  using old = untrained();
  const journal = memoryJournal();
  for (let index = 0; index < 24; index++) {
    const nodes = [{ id: 'deploy', task: { goal: `deploy the service ${index}` }, use: 'docker' }];
    await run({ nodes }, { journal, handlers: { docker: async () => done('deployed') } }).result;
  }
  await using planner = hrmPlanner({ coordinator: old });
  const task = { id: 'next', goal: 'deploy the service again', depth: 0 };
  const trainer = headTrainer({ steps: 8, batchSize: 8, learningRate: 0.02 });
  const { accepted } = await planner.learn(journal, { trainer });
  assert.equal(accepted, true);
  const { agents, by } = await planner.foresee(task);
  assert.equal(by, 'untrained/1+runs');
  assert.deepEqual(
    agents.filter(({ selected }) => selected).map(({ agent }) => agent),
    ['docker'],
  );
});

test('rules have no weights to train', async () => {
  await assert.rejects(learnFromRuns(ruleCoordinator(), rows, { trainer: headTrainer() }), { code: 'UNSUPPORTED' });
});

test('training ends when it is no longer wanted', async () => {
  using old = untrained();
  const reason = new Error('stop');
  await assert.rejects(headTrainer().fineTune(old, rows, { seed: 0, signal: AbortSignal.abort(reason) }), reason);
});
