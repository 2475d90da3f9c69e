import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  computeGradients,
  createConfig,
  createModel,
  disposeCarry,
  type HostTensor,
  initialCarry,
  loadModel,
  Optimiser,
  solve,
  stepModel,
  useBackend,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';
import { tf } from '../../src/hrm/backend/tensorflow.ts';
import { tinyBatch, tinyConfig } from './tiny.ts';

before(async () => {
  await useBackend('wasm');
});

describe('parameters', () => {
  test('the published sizes', () => {
    const parameters = (hidden: number, layers: number, vocabulary: number): number => {
      const config = { sequenceLength: 16, vocabularySize: vocabulary, hiddenSize: hidden, headCount: 4 };
      using model = createModel({ ...config, highLayers: layers, lowLayers: layers });
      return model.parameterCount;
    };
    assert.equal(parameters(128, 2, 6), 1_050_370);
  });

  test('a seed decides all of them; the Q head starts at −5 and the puzzle table at 0', async () => {
    const read = async (seed: number): Promise<Map<string, HostTensor>> => {
      using model = createModel(tinyConfig, { seed });
      return await model.stateDict();
    };
    const [first, again, other] = [await read(1), await read(1), await read(2)];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
    assert.deepEqual([...(first.get('model.inner.q_head.bias') as HostTensor).data], [-5, -5]);
    assert.ok((first.get('model.inner.puzzle_emb.weights') as HostTensor).data.every((value) => value === 0));
  });

  test('a state dict survives a round trip, compile prefix included', async () => {
    using model = createModel(tinyConfig);
    const state = await model.stateDict();
    using copy = loadModel(tinyConfig, new Map([...state].map(([name, entry]) => [`_orig_mod.${name}`, entry])));
    assert.deepEqual(await copy.stateDict(), state);
  });
});

describe('bad input is refused, and no tensor is left behind', () => {
  const refused = async (
    code: 'INVALID_ARGUMENT' | 'WEIGHTS_MISMATCH',
    expected: RegExp,
    run: () => unknown,
  ): Promise<void> => {
    const tensors = tf.memory().numTensors;
    await assert.rejects(
      async () => run(),
      (error) => RexError.is(error, code) && expected.test(error.message),
    );
    assert.equal(tf.memory().numTensors, tensors);
  };

  test('batches', async () => {
    using model = createModel(tinyConfig);
    const carry = initialCarry(model, 3);
    const batch = tinyBatch();
    const step = (change: object) => () => stepModel(model, carry, { ...batch, ...change });
    await refused('INVALID_ARGUMENT', /token in 0 … 4, got 5/, step({ inputs: batch.inputs.with(0, 5) }));
    await refused('INVALID_ARGUMENT', /got -1/, step({ labels: batch.labels.with(0, -1) }));
    await refused('INVALID_ARGUMENT', /identifier in 0 … 2/, step({ puzzleIdentifiers: Int32Array.from([0, 1, 3]) }));
    await refused('INVALID_ARGUMENT', /length: expected 12/, step({ inputs: batch.inputs.slice(1) }));
    await refused('INVALID_ARGUMENT', /Int32Array/, step({ inputs: Float32Array.from(batch.inputs) }));
    await refused('INVALID_ARGUMENT', /at least one row/, step({ size: 0 }));
    await refused('INVALID_ARGUMENT', /3, as the carry/, () => stepModel(model, carry, oneRow()));
    await refused('INVALID_ARGUMENT', /4, as the model/, () => solve(model, [1, 2, 3]));
    await refused('INVALID_ARGUMENT', /whole tokens/, () => solve(model, [1, 2, 3, 0.5]));
    disposeCarry(carry);
  });

  test('weights', async () => {
    using model = createModel(tinyConfig);
    const state = await model.stateDict();
    const name = 'model.inner.lm_head.weight';
    const entry = state.get(name) as HostTensor;
    const changed = (value: HostTensor | undefined) => {
      const copy = new Map(state);
      if (value) copy.set(name, value);
      else copy.delete(name);
      return () => loadModel(tinyConfig, copy);
    };
    await refused('WEIGHTS_MISMATCH', /got nothing/, changed(undefined));
    await refused('WEIGHTS_MISMATCH', /shape \[5,8\], got shape \[8,5\]/, changed({ ...entry, shape: [8, 5] }));
    await refused(
      'WEIGHTS_MISMATCH',
      /finite numbers, got NaN at index 3/,
      changed({ ...entry, data: entry.data.with(3, Number.NaN) }),
    );
    await refused('WEIGHTS_MISMATCH', /no such entry/, () =>
      loadModel({ ...tinyConfig, puzzleEmbeddingSize: 0 }, state),
    );
  });

  test('configurations', async () => {
    const create = (change: object) => () => createConfig({ ...tinyConfig, ...change });
    await refused('INVALID_ARGUMENT', /divisor of hiddenSize/, create({ headCount: 3 }));
    await refused('INVALID_ARGUMENT', /even width/, create({ headCount: 8 }));
    await refused('INVALID_ARGUMENT', /rope or learned/, create({ positions: 'sinus' }));
    await refused('INVALID_ARGUMENT', /positive integer/, create({ maxSteps: 0 }));
    await refused('INVALID_ARGUMENT', /at most lowCycles/, create({ gradientDepth: 3 }));
  });

  test('a disposed model says so', async () => {
    const model = createModel(tinyConfig);
    const carry = initialCarry(model, 3);
    model.dispose();
    await assert.rejects(stepModel(model, carry, tinyBatch()), (error) => RexError.is(error, 'MODEL_DISPOSED'));
    disposeCarry(carry);
  });
});

describe('options beyond the original', () => {
  for (const [name, change] of Object.entries({
    'gradient through the whole last cycle': { gradientDepth: 2 },
    'halt-only Q head': { qHead: 'halt-only' },
    'shared module': { sharedModule: true },
    'one step': { maxSteps: 1 },
    'no puzzle embedding': { puzzleEmbeddingSize: 0 },
    'learned positions, softmax': { positions: 'learned', loss: 'softmax' },
  } as const)) {
    test(`${name}: ten updates lower the loss and leave no tensor`, async () => {
      const tensors = tf.memory().numTensors;
      {
        using model = createModel({ ...tinyConfig, ...change });
        using optimiser = new Optimiser(model, { learningRate: 0.01 });
        const losses: number[] = [];
        for (let update = 0; update < 10; update++) {
          const carry = initialCarry(model, 3);
          const result = await computeGradients(model, carry, tinyBatch());
          losses.push(result.metrics.lmLoss);
          assert.equal(result.targetQContinue === undefined, name === 'halt-only Q head' || name === 'one step');
          await optimiser.step(result.gradients);
          result.gradients[Symbol.dispose]();
          result.logits.dispose();
          disposeCarry(carry);
          disposeCarry(result.carry);
        }
        assert.ok((losses.at(-1) as number) < 0.9 * (losses[0] as number), losses.join());
      }
      assert.equal(tf.memory().numTensors, tensors);
    });
  }

  test('more gradient depth changes the gradient, not the outputs', async () => {
    const outcome = async (gradientDepth: number): Promise<{ logits: Float32Array; norm: number }> => {
      using model = createModel({ ...tinyConfig, gradientDepth }, { seed: 3 });
      const carry = initialCarry(model, 3);
      const result = await computeGradients(model, carry, tinyBatch());
      const logits = Float32Array.from(await result.logits.data<'float32'>());
      const gradient = result.gradients.tensors.get('model.inner.embed_tokens.embedding_weight') as tf.Tensor;
      return { logits, norm: (await tf.norm(gradient).data())[0] as number };
    };
    const [one, two] = [await outcome(1), await outcome(2)];
    assert.deepEqual(one.logits, two.logits);
    assert.notEqual(one.norm, two.norm);
  });
});

function oneRow(): ReturnType<typeof tinyBatch> {
  return { size: 1, inputs: new Int32Array(4), labels: new Int32Array(4), puzzleIdentifiers: new Int32Array(1) };
}
