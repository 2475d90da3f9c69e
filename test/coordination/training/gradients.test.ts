import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import {
  type CoordinationModel,
  createCoordinationModel,
  wordTable,
} from '../../../src/coordination/model/coordination-model.ts';
import { GradientMap } from '../../../src/coordination/training/gradients.ts';
import { lossWeights, takeBatch } from '../../../src/coordination/training/plan-batch.ts';
import { addPlanGradients } from '../../../src/coordination/training/plan-gradients.ts';
import { addRecoveryGradients } from '../../../src/coordination/training/recovery-gradients.ts';
import { tinyConfig, tinyExamples } from '../model/tiny.ts';

const set = tinyExamples(8, 1);
const batch = takeBatch(
  set,
  Int32Array.from({ length: 8 }, (_, row) => row),
  lossWeights(set),
);
const observations = {
  size: 2,
  tokens: Int32Array.of(1, 2, 3, 0, 0, 0, 4, 5, 0, 0, 0, 0),
  agents: Int32Array.of(0, 11),
  features: Float32Array.from({ length: 16 }, (_, index) => index % 3),
  actions: Int32Array.of(1, 4),
};

before(async () => {
  await useBackend('wasm');
});

/** A model whose output weights have left 0, so that a gradient passes through them. */
function movedModel(): CoordinationModel {
  const model = createCoordinationModel(tinyConfig, { seed: 3 });
  for (const name of model.trainableNames) {
    if (name.startsWith('coordination.'))
      model.replaceTensor(
        name,
        tf.tidy(() => tf.add(model.tensor(name), 0.05)),
      );
  }
  return model;
}

async function largest(tensor: ReturnType<typeof tf.tensor>): Promise<number> {
  return Math.max(...(await tensor.data()).map(Math.abs));
}

describe('gradients', () => {
  test('reach every trained tensor: core, embeddings, attention and each head', async () => {
    using model = movedModel();
    using gradients = new GradientMap();
    await addPlanGradients(model, batch, gradients);
    await addRecoveryGradients(model, observations, gradients);
    await gradients.collectWords(model);
    for (const name of model.trainableNames) {
      const gradient = gradients.tensors.get(name);
      assert.ok(gradient, `${name} has a gradient`);
      assert.deepEqual(gradient.shape, model.tensor(name).shape, name);
      assert.ok((await largest(gradient)) > 1e-9, `${name} is moved`);
    }
  });

  test('a step down the gradient lowers the loss of the plan', async () => {
    using model = movedModel();
    using gradients = new GradientMap();
    const before = await addPlanGradients(model, batch, gradients);
    await gradients.collectWords(model);
    for (const [name, gradient] of gradients.tensors) {
      model.replaceTensor(
        name,
        tf.tidy(() => tf.sub(model.tensor(name), tf.mul(gradient, 1e-3))),
      );
    }
    using unused = new GradientMap();
    const after = await addPlanGradients(model, batch, unused);
    for (const [step, loss] of after.plan.entries()) assert.ok(loss < (before.plan[step] as number), `step ${step}`);
  });

  test('the gradient of words is that of differences', async () => {
    using model = createCoordinationModel({
      ...tinyConfig,
      core: { ...tinyConfig.core, highCycles: 1, lowCycles: 1, maxSteps: 1 },
    });
    for (const name of ['coordination.selection', 'coordination.lines']) {
      model.replaceTensor(
        name,
        tf.tidy(() => tf.add(model.tensor(name), 0.1)),
      );
    }
    using gradients = new GradientMap();
    await addPlanGradients(model, batch, gradients);
    await gradients.collectWords(model);
    const slope = await (gradients.tensors.get(wordTable) as ReturnType<typeof tf.tensor>).data();
    const shift = 1e-2;
    const lossAt = async (index: number, by: number): Promise<number> => {
      const values = await model.tensor(wordTable).data();
      const moved = Float32Array.from(values);
      moved[index] = (moved[index] as number) + by;
      const own = tf.clone(model.tensor(wordTable));
      model.replaceTensor(wordTable, tf.tensor2d(moved, [24, 16]));
      using unused = new GradientMap();
      const { plan } = await addPlanGradients(model, batch, unused);
      model.replaceTensor(wordTable, own);
      return plan[0] as number;
    };
    for (const index of [16 * 0 + 3, 16 * (batch.tokens[0] as number) + 5, 16 * (batch.tokens[1] as number) + 9]) {
      const difference = ((await lossAt(index, shift)) - (await lossAt(index, -shift))) / (2 * shift);
      assert.ok(
        Math.abs(difference - (slope[index] as number)) < 0.02 * Math.max(1, Math.abs(difference)),
        `${difference} and ${slope[index]}`,
      );
    }
  });

  test('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    {
      using model = movedModel();
      using gradients = new GradientMap();
      await addPlanGradients(model, batch, gradients);
      await addRecoveryGradients(model, observations, gradients);
      await gradients.collectWords(model);
    }
    assert.equal(tf.memory().numTensors, before);
  });
});
