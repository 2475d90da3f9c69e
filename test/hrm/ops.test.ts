import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { AdamAtan2, learningRate, Random, useBackend } from 'hrm-rex/hrm';
import { tf } from '../../src/hrm/backend/tensorflow.ts';
import { feedForwardSize } from '../../src/hrm/config.ts';
import { crossEntropy } from '../../src/hrm/losses/cross-entropy.ts';
import { embedInput } from '../../src/hrm/model/input-embedding.ts';
import { PuzzleTable } from '../../src/hrm/model/puzzle-table.ts';
import { attention } from '../../src/hrm/ops/attention.ts';
import { oneHot } from '../../src/hrm/ops/one-hot.ts';
import { rmsNorm } from '../../src/hrm/ops/rms-norm.ts';
import { rotaryTable, rotate } from '../../src/hrm/ops/rotary.ts';
import { swiglu } from '../../src/hrm/ops/swiglu.ts';
import { truncatedNormal, truncatedNormalAt } from '../../src/hrm/ops/truncated-normal.ts';
import { withoutTape } from '../../src/hrm/ops/without-tape.ts';
import { signSgd } from '../../src/hrm/optimisers/sign-sgd.ts';
import { backends } from './backends.ts';

interface Vector {
  readonly shape: number[];
  readonly data: number[];
}

const ops = JSON.parse(readFileSync('test/fixtures/hrm/ops.json', 'utf8'));
const tensor = ({ shape, data }: Vector): tf.Tensor => tf.tensor(data, shape, 'float32');
const turned = (vector: Vector): tf.Tensor2D => tf.transpose(tensor(vector)) as tf.Tensor2D;

async function near(actual: tf.Tensor, expected: Vector, tolerance = 1e-5): Promise<void> {
  assert.deepEqual(actual.shape, expected.shape);
  const data = await actual.data();
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  for (const [index, value] of expected.data.entries()) {
    assert.ok(
      Math.abs((data[index] as number) - value) <= tolerance * scale,
      `[${index}] is ${data[index]}, expected ${value}`,
    );
  }
}

/** Value and gradients of f for an upstream gradient dy. */
function pullBack(f: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  return tf.engine().gradients(f, inputs, dy).grads;
}

for (const backend of backends) {
  describe(`operations on ${backend}`, () => {
    test('RMS norm and its gradient', async () => {
      await useBackend(backend);
      const { eps, x, y, dy, dx } = ops.rms_norm;
      const input = tensor(x);
      await near(rmsNorm(input, eps), y);
      const [gradient] = pullBack(() => rmsNorm(input, eps), [input], tensor(dy));
      await near(gradient as tf.Tensor, dx);
    });

    test('products of two matrices, turned or not', async () => {
      await useBackend(backend);
      const held = tf.memory().numTensors;
      const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const b = tf.tensor2d([7, 8, 9, 10, 11, 12], [3, 2]);
      const [aTurned, bTurned] = [tf.transpose(a), tf.transpose(b)];
      const wanted = { shape: [2, 2], data: [58, 64, 139, 154] };
      for (const [left, right, isLeft, isRight] of [
        [a, b, false, false],
        [aTurned, b, true, false],
        [a, bTurned, false, true],
        [aTurned, bTurned, true, true],
      ] as const) {
        const found = tf.matMul(left, right, isLeft, isRight);
        await near(found, wanted, 0);
        found.dispose();
      }
      assert.throws(() => tf.matMul(a, a), /must match|incompatible/);
      tf.dispose([a, b, aTurned, bTurned]);
      assert.equal(tf.memory().numTensors, held);
    });

    test('rotary positions', async () => {
      const { theta, head_dim: size, cos, sin, q, q_out: turnedQ, k, k_out: turnedK } = ops.rotary;
      const table = rotaryTable(5, size, theta);
      await near(table.cos, cos);
      await near(table.sin, sin);
      for (const [before, after] of [
        [q, turnedQ],
        [k, turnedK],
      ]) {
        const heads = tf.transpose(tensor(before), [0, 2, 1, 3]) as tf.Tensor4D;
        await near(tf.transpose(rotate(heads, table), [0, 2, 1, 3]), after);
      }
    });

    test('attention with and without rotation, and its gradients', async () => {
      const { num_heads: heads, head_dim: size, theta, x, dy } = ops.attention;
      const weights = { qkv: turned(ops.attention.qkv_proj_weight), output: turned(ops.attention.o_proj_weight) };
      const table = rotaryTable(5, size, theta);
      const input = tensor(x) as tf.Tensor3D;
      await near(attention(input, weights, heads, table), ops.attention.y);
      await near(attention(input, weights, heads, undefined), ops.attention.y_without_rope);
      const [dx, dQkv, dOutput] = pullBack(
        () => attention(input, weights, heads, table),
        [input, weights.qkv, weights.output],
        tensor(dy),
      ) as [tf.Tensor, tf.Tensor, tf.Tensor];
      await near(dx, ops.attention.dx);
      await near(tf.transpose(dQkv), ops.attention.d_qkv_proj_weight);
      await near(tf.transpose(dOutput), ops.attention.d_o_proj_weight);
    });

    test('SwiGLU', async () => {
      const { x, gate_up_proj_weight: gateUp, down_proj_weight: down, y } = ops.swiglu;
      await near(swiglu(tensor(x), { gateUp: turned(gateUp), down: turned(down) }), y);
    });

    test('input embedding with learned positions and a padded puzzle prefix', async () => {
      const given = ops.input_embedding_learned;
      const config = { hiddenSize: given.hidden, sequenceLength: 3, puzzleEmbeddingSize: given.puzzle_emb_ndim };
      const table = new PuzzleTable({ shape: given.puzzle_emb.shape, data: Float32Array.from(given.puzzle_emb.data) });
      const embedded = embedInput(
        config as never,
        { tokens: tensor(given.embed_tokens) as tf.Tensor2D, positions: tensor(given.embed_pos) as tf.Tensor2D },
        tf.tensor1d(given.tokens.data, 'int32'),
        table.rows(Int32Array.from(given.puzzle_identifiers.data)),
      );
      await near(embedded, given.y);
    });

    for (const kind of ['stablemax', 'softmax'] as const) {
      test(`${kind} cross entropy, at logits 0, 1 and ±50 too`, async () => {
        const { logits, labels } = ops.losses;
        const expected = ops.losses[kind];
        const flat = tf.reshape(tensor(logits), [-1, 4]) as tf.Tensor2D;
        const valid = labels.data.map((label: number) => (label === -100 ? 0 : 1));
        const target = tf.tensor1d(
          labels.data.map((label: number) => Math.max(0, label)),
          'int32',
        );
        const masked = () => tf.mul(crossEntropy(flat, target, kind), tf.tensor1d(valid)) as tf.Tensor;
        await near(tf.reshape(masked(), labels.shape), expected.per_token, 2e-6);
        const perRow = [0, 3].flatMap((start) => {
          const scored = valid.slice(start, start + 3).reduce((sum: number, one: number) => sum + one, 0);
          return [1, 1, 1].map(() => 1 / Math.max(1, scored));
        });
        const [gradient] = pullBack(masked, [flat], tf.tensor1d(perRow));
        await near(tf.reshape(gradient as tf.Tensor, logits.shape), expected.dlogits, 2e-6);
      });
    }

    test('AdamATan2, state after each step', async () => {
      const { betas, weight_decay: weightDecay, param0, steps } = ops.adam_atan2;
      using adam = new AdamAtan2({ beta1: betas[0], beta2: betas[1], weightDecay });
      let parameter = tensor(param0);
      for (const { lr, grad, param, exp_avg: first, exp_avg_sq: second } of steps) {
        adam.beginStep();
        parameter = adam.update('p', parameter, tensor(grad), lr);
        await near(parameter, param, 1e-6);
        await near((adam.moments.get('p') as { first: tf.Tensor }).first, first, 1e-6);
        await near((adam.moments.get('p') as { second: tf.Tensor }).second, second, 1e-6);
      }
    });

    test('one-hot rows hold the number 1', async () => {
      await near(oneHot(tf.tensor1d([2, 0], 'int32'), 3), { shape: [2, 3], data: [0, 0, 1, 1, 0, 0] });
    });

    test('what is computed without tape has no gradient, comparisons included', async () => {
      const x = tf.tensor1d([1, -2]);
      const f = () =>
        tf.mul(
          x,
          withoutTape(() => tf.cast(tf.greater(x, 0), 'float32')),
        ) as tf.Tensor;
      const [gradient] = pullBack(f, [x], tf.tensor1d([5, 5]));
      await near(gradient as tf.Tensor, { shape: [2], data: [5, 0] });
    });
  });
}

test('sparse SignSGD: equal identifiers are summed, other rows untouched', () => {
  const given = ops.sign_sgd;
  const table = new PuzzleTable({ shape: given.weights0.shape, data: Float32Array.from(given.weights0.data) });
  signSgd(
    table,
    Int32Array.from(given.local_ids.data),
    Float32Array.from(given.local_grads.data),
    given.lr,
    given.weight_decay,
  );
  for (const [index, value] of given.weights1.data.entries()) {
    assert.ok(Math.abs((table.values[index] as number) - value) < 1e-7);
  }
});

test('learning rate: warm-up, then cosine', () => {
  for (const {
    base_lr: base,
    warmup: warmupSteps,
    total: totalSteps,
    min_ratio: minRatio,
    values,
  } of ops.lr_schedule) {
    for (const [step, expected] of values) {
      assert.ok(Math.abs(learningRate(base, step, { warmupSteps, totalSteps, minRatio }) - expected) < 1e-12);
    }
  }
});

test('width of the feed-forward layer', () => {
  for (const { hidden, expansion, inter } of ops.swiglu_intermediate_size)
    assert.equal(feedForwardSize(hidden, expansion), inter);
});

test('truncated normal: quantiles of the original, deviation as asked for', () => {
  const { fraction, value_for_std_1: values, sample_std_0_5: sample } = ops.trunc_normal;
  for (const [index, at] of fraction.entries()) assert.ok(Math.abs(truncatedNormalAt(at, 1) - values[index]) < 1e-6);
  const draws = truncatedNormal(200_000, 0.5, new Random(1));
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const deviation = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
  assert.ok(Math.abs(mean) < 0.005 && Math.abs(deviation - 0.5) < 0.003);
  assert.ok(draws.every((value) => Math.abs(value) <= sample.bound + 1e-6));
});
