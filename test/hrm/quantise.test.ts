import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  buildSudoku,
  createModel,
  type Dataset,
  loadModel,
  openQuantised,
  packModel,
  quantise,
  quantisedBytes,
  readDataset,
  readQuantised,
  readTorchCheckpoint,
  tensorflow as tf,
  useBackend,
  writeQuantised,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';
import { packMatrix, unpackMatrix } from '../../src/hrm/quantisation/pack.ts';

const trainedConfig = {
  ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 128, headCount: 4, highLayers: 2, lowLayers: 2 },
  maxSteps: 8,
};

before(async () => {
  await useBackend('wasm');
});

/** The first puzzles of a data set. */
function first({ info, sets }: Dataset, count: number): Dataset {
  const set = sets.get('all');
  if (!set) throw new Error('no set');
  const cut = (tokens: Int32Array): Int32Array => tokens.slice(0, count * info.sequenceLength);
  const part = {
    inputs: cut(set.inputs),
    labels: cut(set.labels),
    puzzleIdentifiers: set.puzzleIdentifiers.slice(0, count),
    puzzleIndices: set.puzzleIndices.slice(0, count + 1),
    groupIndices: set.groupIndices.slice(0, count + 1),
  };
  return { info, sets: new Map([['all', part]]) };
}

describe('packing', () => {
  test('every weight comes back within half a step of its group', () => {
    const weights = fc.float32Array({ minLength: 300, maxLength: 300, min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(weights, fc.constantFrom(4, 8), (data, bits) => {
        const packed = packMatrix(data, [2, 150], bits as 4 | 8);
        assert.equal(packed.packed.byteLength, (300 * bits) / 8);
        assert.equal(packed.scales.length, 4);
        for (const [index, value] of unpackMatrix(packed).entries()) {
          const scale = packed.scales[Math.floor(index / 150) * 2 + (index % 150 >= 128 ? 1 : 0)] as number;
          assert.ok(Math.abs(value - (data[index] as number)) <= 0.501 * scale + 1e-9);
        }
      }),
    );
  });

  test('a file holds the packed model and nothing is lost on the way', async () => {
    using model = createModel({ ...trainedConfig, hiddenSize: 32 });
    const packed = await packModel(model, 4);
    const bytes = writeQuantised(packed);
    assert.ok(bytes.byteLength < 1.05 * quantisedBytes(packed) + 4096);
    const read = readQuantised(bytes);
    assert.deepEqual([...read.matrices.keys()], [...packed.matrices.keys()]);
    const tensors = tf.memory().numTensors;
    {
      using opened = openQuantised(read);
      using direct = openQuantised(packed);
      assert.deepEqual(await opened.stateDict(), await direct.stateDict());
    }
    assert.equal(tf.memory().numTensors, tensors);
    assert.throws(
      () => readQuantised(bytes.subarray(0, bytes.length - 1)),
      (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'),
    );
  });
});

describe('quantise', () => {
  test('8 bits keep the score of the trained model', async () => {
    const folder = 'test/fixtures/hrm/trained';
    using model = loadModel(trainedConfig, readTorchCheckpoint(await readFile(`${folder}/torch_checkpoint`)));
    const testSet = first(await readDataset(`${folder}/test`), 48);
    const { retention, quantised, fullScore } = await quantise(model, { bits: 8, testSet, batchSize: 48 });
    assert.ok(fullScore > 0.3 && retention >= 0.95, `${fullScore}, ${retention}`);
    assert.ok(quantisedBytes(quantised) < (4.2e6 * 8.5) / 32 + 20_000);
  });

  test('a score that falls too far is refused unless forced', async () => {
    const { test: testSet } = buildSudoku({ size: 4, trainCount: 1, testCount: 4, clues: [14, 15] });
    using model = createModel({ ...trainedConfig, hiddenSize: 32 });
    const demanding = { bits: 4, testSet, requiredRetention: 1.01 } as const;
    await assert.rejects(quantise(model, demanding), (error) => RexError.is(error, 'RETENTION_TOO_LOW'));
    assert.equal((await quantise(model, { ...demanding, force: true })).quantised.bits, 4);
  });
});
