import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createModel, disposeCarry, initialCarry, stepModel, tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { fullConfiguration } from '../../../src/coordination/model/coordination-config.ts';
import { createCoordinationModel, loadCoordinationModel } from '../../../src/coordination/model/coordination-model.ts';
import { countParameters } from '../../../src/coordination/model/count-parameters.ts';
import { planOutputs } from '../../../src/coordination/model/plan-outputs.ts';
import { planSteps } from '../../../src/coordination/model/plan-steps.ts';
import { RexError } from '../../../src/core/errors.ts';
import { tinyConfig, tinyExamples } from './tiny.ts';

const set = tinyExamples(3, 2);

before(async () => {
  await useBackend('wasm');
});

async function plansOf(model: Parameters<typeof planSteps>[0], input = set): Promise<Float32Array[]> {
  const plans: Float32Array[] = [];
  for await (const { plan } of planSteps(model, input)) plans.push(plan);
  return plans;
}

describe('CoordinationModel', () => {
  test('leaves the HRM under it bit for bit as it is alone', async () => {
    using model = createCoordinationModel(tinyConfig, { seed: 7 });
    using alone = createModel(model.config.core, { seed: 7 });
    const batch = {
      size: 3,
      inputs: set.tokens,
      labels: new Int32Array(18),
      puzzleIdentifiers: new Int32Array(3),
    };
    const outputs: Float32Array[] = [];
    for (const core of [alone, model.core]) {
      const carry = initialCarry(core, 3);
      const result = await stepModel(core, carry, batch);
      outputs.push(Float32Array.from(await result.logits.data()), result.qHaltLogits, result.qContinueLogits);
      outputs.push(Float32Array.from(await result.carry.state.high.data()));
      result.logits.dispose();
      disposeCarry(carry);
      disposeCarry(result.carry);
      if (core === alone) await plansOf(model);
    }
    for (const index of [0, 1, 2, 3]) assert.deepEqual(outputs[index + 4], outputs[index]);
  });

  test('starts at the level of the linear path', async () => {
    using model = createCoordinationModel(tinyConfig, { seed: 1 });
    const plans = await plansOf(model);
    assert.equal(plans.length, 2);
    for (const plan of plans) assert.deepEqual(plan, set.prior);
  });

  test('plans each task of a batch as it plans it alone', async () => {
    using model = createCoordinationModel(tinyConfig, { seed: 1 });
    for (const name of ['selection', 'effort', 'lines']) {
      const tensor = model.head(name);
      model.replaceTensor(`coordination.${name}`, tf.randomNormal(tensor.shape, 0, 1, 'float32', 5));
    }
    const together = (await plansOf(model)).at(-1) as Float32Array;
    const width = planOutputs.count;
    const alone = (
      await plansOf(model, {
        ...set,
        tokens: set.tokens.slice(6, 12),
        evidence: set.evidence.slice(54, 108),
        prior: set.prior.slice(width, 2 * width),
      })
    ).at(-1) as Float32Array;
    for (const [index, value] of alone.entries()) {
      assert.ok(Math.abs(value - (together[width + index] as number)) < 1e-4);
    }
    assert.notDeepEqual(together, set.prior);
  });

  test('is what its state says', async () => {
    using model = createCoordinationModel({ ...tinyConfig, readout: 'decision' }, { seed: 4 });
    const state = await model.stateDict();
    assert.ok(![...state.keys()].some((name) => name.includes('lm_head')), 'the unused answer head is not stored');
    using copy = loadCoordinationModel(model.config, state);
    assert.deepEqual(await plansOf(copy), await plansOf(model));
    state.delete('coordination.selection');
    assert.throws(
      () => loadCoordinationModel(model.config, state),
      (error) => RexError.is(error, 'WEIGHTS_MISMATCH'),
    );
  });

  test('holds no tensor after its end, and says so', async () => {
    const before = tf.memory().numTensors;
    const model = createCoordinationModel(tinyConfig);
    await plansOf(model);
    model[Symbol.dispose]();
    assert.equal(tf.memory().numTensors, before);
    assert.throws(
      () => model.head('bias'),
      (error) => RexError.is(error, 'MODEL_DISPOSED'),
    );
  });

  test('the full configuration stays below 32 million parameters, its heads below 5', () => {
    const full = countParameters(fullConfiguration);
    assert.equal(full.total, full.core + full.heads);
    assert.ok(full.core > 27e6 && full.total <= 32e6, `${full.total}`);
    assert.ok(full.heads <= 5e6, `${full.heads}`);
    using tiny = createCoordinationModel(tinyConfig);
    const counted = tiny.trainableNames.reduce((sum, name) => sum + tiny.tensor(name).size, 0);
    assert.equal(countParameters(tinyConfig).total, counted);
  });
});
