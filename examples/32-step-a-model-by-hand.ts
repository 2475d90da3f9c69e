// How do I drive the model myself: carry, exploration draws, gradients, one optimiser step?
import assert from 'node:assert/strict';
import {
  computeGradients,
  createModel,
  disposeCarry,
  initialCarry,
  Optimiser,
  readGradients,
  stepModel,
  tensorflow as tf,
  useBackend,
} from 'hrm-rex/hrm';

await useBackend('wasm');
const tensors = tf.memory().numTensors;
{
  using model = createModel(
    { sequenceLength: 4, vocabularySize: 5, hiddenSize: 8, headCount: 2, maxSteps: 4 },
    { seed: 7 },
  );
  using optimiser = new Optimiser(model, { learningRate: 1e-2 });
  const batch = {
    size: 2,
    inputs: Int32Array.from([1, 2, 3, 4, 4, 3, 2, 1]),
    labels: Int32Array.from([2, 3, 4, 1, 3, 2, 1, 4]),
    puzzleIdentifiers: Int32Array.from([0, 0]),
  };

  // Training: one step of thinking, its gradient, one update. The first row may not halt before its third step.
  let carry = initialCarry(model, batch.size);
  for (let update = 0; update < 3; update++) {
    const result = await computeGradients(model, carry, batch, { minHaltSteps: Int32Array.from([3, 0]) });
    disposeCarry(carry);
    carry = result.carry;
    const gradients = await readGradients(model, result.gradients);
    const head = gradients.get('model.inner.lm_head.weight');
    assert.deepEqual(head?.shape, [5, 8]);
    await optimiser.step(result.gradients);
    result.gradients[Symbol.dispose]();
    result.logits.dispose();
    console.log(`update ${update + 1}: loss ${result.loss.toFixed(4)}, steps ${carry.steps}, halted ${carry.halted}`);
  }
  disposeCarry(carry);

  // Evaluation: the same puzzles, all four steps.
  carry = initialCarry(model, batch.size);
  for (let step = 1; step <= 4; step++) {
    const result = await stepModel(model, carry, batch);
    disposeCarry(carry);
    carry = result.carry;
    result.logits.dispose();
  }
  assert.deepEqual([...carry.halted], [1, 1]);
  disposeCarry(carry);
}
assert.equal(tf.memory().numTensors, tensors, 'every tensor was freed');
