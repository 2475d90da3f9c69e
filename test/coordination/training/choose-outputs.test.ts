import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixPlan, noCalibration } from '../../../src/coordination/model/calibration.ts';
import { planOutputs } from '../../../src/coordination/model/plan-outputs.ts';
import { chooseOutputs } from '../../../src/coordination/training/choose-outputs.ts';
import { Random } from '../../../src/hrm/random.ts';

/** Rows of which the heads know agent 0 and the linear path agent 1; of everything else both know nothing. */
function rivals(count: number) {
  const random = new Random(2);
  const rows = Array.from({ length: count }, () => {
    const targets = new Float32Array(planOutputs.count).fill(Number.NaN);
    const plan = () => new Float32Array(planOutputs.count);
    const [heads, linear] = [plan(), plan()];
    for (const [agent, knowing] of [[0, heads] as const, [1, linear] as const]) {
      targets[agent] = random.next() < 0.5 ? 1 : 0;
      knowing[agent] = (targets[agent] === 1 ? 2 : -2) + random.next() - 0.5;
    }
    return { heads, linear, targets };
  });
  return {
    heads: rows.map((row) => row.heads),
    linear: rows.map((row) => row.linear),
    targets: rows.map((row) => row.targets),
    sources: rows.map((_, row) => `repository ${row % 8}`),
  };
}

test('each output goes to whoever predicts it better, with the calibration that belongs to it', () => {
  const linear = { ...noCalibration, thresholds: noCalibration.thresholds.map(() => 0.123) };
  const chosen = chooseOutputs(rivals(300), linear);
  assert.deepEqual(chosen.byHeads.slice(0, 3), [true, false, false]);
  assert.notEqual(chosen.thresholds[0], 0.123);
  assert.deepEqual(chosen.thresholds.slice(1, 3), [0.123, 0.123]);
  assert.ok((chosen.agents[0]?.slope as number) > 1, 'what always holds may be said with more certainty');
});

test('a gain on few sources does not count', () => {
  const given = rivals(300);
  const heads = given.heads.map((plan, row) => (row % 8 < 4 ? plan : plan.map((logit) => -logit / 4)));
  assert.equal(chooseOutputs({ ...given, heads }, noCalibration).byHeads[0], false);
});

test('a yes that only a few sources know stays with the linear path, whoever wins there', () => {
  const given = rivals(300);
  const sources = given.sources.map((_, row) => `repository ${row % 4}`);
  assert.ok(!chooseOutputs({ ...given, sources }, noCalibration).byHeads.includes(true));
});

test('an output that nobody knows stays with the linear path', () => {
  assert.ok(!chooseOutputs({ heads: [], linear: [], targets: [], sources: [] }, noCalibration).byHeads.includes(true));
});

test('a mixed plan takes each logit from its owner', () => {
  const byHeads = noCalibration.byHeads.map((_, output) => output % 2 === 0);
  const mixed = mixPlan(new Float32Array(planOutputs.count).fill(1), new Float32Array(planOutputs.count).fill(5), {
    byHeads,
  });
  assert.deepEqual([...mixed.subarray(0, 4)], [1, 5, 1, 5]);
});
