import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  computeGradients,
  createModel,
  disposeCarry,
  type HostTensor,
  initialCarry,
  readGradients,
  useBackend,
} from 'hrm-rex/hrm';
import { tf } from '../../src/hrm/backend/tensorflow.ts';
import { recompute } from '../../src/hrm/ops/recompute.ts';
import { backends } from './backends.ts';
import { tinyBatch, tinyConfig } from './tiny.ts';

for (const backend of backends) {
  describe(`computing again for the gradient, on ${backend}`, { concurrency: false }, () => {
    test('every gradient of a step is the same, and no tensor is left', async () => {
      await useBackend(backend);
      using model = createModel({ ...tinyConfig, highLayers: 2, lowLayers: 2, gradientDepth: 2 }, { seed: 5 });
      const before = tf.memory().numTensors;
      const found: Map<string, HostTensor>[] = [];
      for (const again of [false, true]) {
        const carry = initialCarry(model, 3);
        const result = await computeGradients(model, carry, tinyBatch(), { recompute: again });
        found.push(await readGradients(model, result.gradients));
        result.gradients[Symbol.dispose]();
        result.logits.dispose();
        disposeCarry(carry);
        disposeCarry(result.carry);
      }
      const [kept, computed] = found as [Map<string, HostTensor>, Map<string, HostTensor>];
      assert.ok(kept.size > 10);
      assert.deepEqual(computed, kept);
      assert.equal(tf.memory().numTensors, before);
    });

    test('a chain has the same gradient with fewer tensors held for it, nested ones too', async () => {
      await useBackend(backend);
      const cube = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, x), x);
      const step = (x: tf.Tensor): tf.Tensor => tf.add(cube(tf.sin(x)), x);
      const held: number[] = [];
      const chain = (apply: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => {
        let y = x;
        for (let index = 0; index < 10; index++) y = apply(y);
        held.push(tf.memory().numTensors);
        return tf.sum(y) as tf.Scalar;
      };
      const nested = (x: tf.Tensor): tf.Tensor =>
        recompute([x], (y) => step(recompute([y as tf.Tensor], (z) => step(z as tf.Tensor))));
      const x = tf.tensor1d([0.1, 0.7, -0.4]);
      const plain = tf.grad(chain((y) => step(step(y))));
      const again = tf.grad(chain(nested));
      const [expected, received] = [plain(x), again(x)];
      assert.deepEqual([...(await received.data())], [...(await expected.data())]);
      const [plainly, sparingly] = held as [number, number];
      assert.ok(sparingly < plainly - 40, `${sparingly} tensors, ${plainly} without`);
      tf.dispose([x, expected, received]);
    });
  });
}
