import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createModel,
  loadModel,
  openModel,
  openQuantised,
  packModel,
  readDataset,
  readSafetensors,
  readTorchCheckpoint,
  saveModel,
  solveAll,
  useBackend,
  writeSafetensors,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';
import { readPickle } from '../../src/hrm/weights/pickle.ts';
import { tinyConfig } from './tiny.ts';

const trained = 'test/fixtures/hrm/trained';
const trainedConfig = {
  ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 128, headCount: 4, highLayers: 2, lowLayers: 2 },
  maxSteps: 8,
};
const isCorrupt = (error: unknown): boolean => RexError.is(error, 'MODEL_FILE_CORRUPT');
let folder: string;

before(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'hrm-weights-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('safetensors', () => {
  test('any tensors survive a round trip', () => {
    const entry = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 0, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
          entry,
        ),
        (entries) => {
          const state = new Map(
            Object.entries(entries).map(([name, values]) => [
              name,
              { shape: [values.length], data: Float32Array.from(values) },
            ]),
          );
          const { tensors, metadata } = readSafetensors(writeSafetensors(state, { case: 'x' }));
          assert.equal(metadata.case, 'x');
          assert.deepEqual(new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data }])), state);
        },
      ),
      { examples: [[Object.fromEntries([['__proto__', [1]]])]] },
    );
  });

  test('every truncation is refused', async () => {
    const bytes = writeSafetensors(new Map([['x', { shape: [2], data: Float32Array.from([1, 2]) }]]));
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => readSafetensors(bytes.subarray(0, length)), isCorrupt, `cut at ${length}`);
    }
  });

  test('offsets that do not fit, unknown types and gaps are refused', () => {
    const file = (header: unknown, bytes = 8): Uint8Array => {
      const text = new TextEncoder().encode(JSON.stringify(header));
      const all = new Uint8Array(8 + text.length + bytes);
      new DataView(all.buffer).setBigUint64(0, BigInt(text.length), true);
      all.set(text, 8);
      return all;
    };
    const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
    assert.equal(readSafetensors(file({ x: entry })).tensors.size, 1);
    for (const [header, bytes] of [
      [{ x: { ...entry, dtype: 'F31' } }, 8],
      [{ x: { ...entry, shape: [3] } }, 8],
      [{ x: { ...entry, shape: [-2] } }, 8],
      [{ x: { ...entry, data_offsets: [8, 16] } }, 16],
      [{ x: entry, y: entry }, 8],
      [{ x: entry }, 12],
      [[], 8],
      [{ x: null }, 8],
    ] as const) {
      assert.throws(() => readSafetensors(file(header, bytes)), isCorrupt, JSON.stringify(header));
    }
  });
});

describe('the original’s checkpoint', () => {
  test('is read without its compile prefix and answers as the original does', async () => {
    const state = readTorchCheckpoint(await readFile(join(trained, 'torch_checkpoint')));
    assert.ok([...state.keys()].every((name) => name.startsWith('model.inner.')));
    using model = loadModel(trainedConfig, state);
    const { tensors } = readSafetensors(await readFile(join(trained, 'test_outputs.safetensors')));
    const expected = tensors.get('test_predictions')?.data as Float32Array;
    const dataset = await readDataset(join(trained, 'test'));
    const inputs = dataset.sets.get('all')?.inputs as Int32Array;
    const rows = Array.from({ length: 50 }, (_, row) => inputs.subarray(row * 16, row * 16 + 16));
    const solutions = await solveAll(model, rows);
    for (const [row, { tokens }] of solutions.entries()) {
      assert.deepEqual([...tokens], [...expected.subarray(row * 16, row * 16 + 16)], `puzzle ${row}`);
    }
  });

  test('every damage is a typed error', async () => {
    const bytes = await readFile(join(trained, 'torch_checkpoint'));
    for (const length of [0, 10, 1000, bytes.length - 30, bytes.length - 1]) {
      assert.throws(() => readTorchCheckpoint(bytes.subarray(0, length)), isCorrupt, `cut at ${length}`);
    }
    const renamed = Buffer.from(bytes);
    renamed.set(Buffer.from('torch._utils.'), renamed.indexOf('torch._utils\n'));
    assert.throws(() => readTorchCheckpoint(renamed), isCorrupt);
  });

  test('a pickle that calls anything else is refused and runs nothing', () => {
    const evil = Buffer.from('cos\nsystem\n(X\x04\x00\x00\x00exittR.', 'latin1');
    const asked: string[] = [];
    const call = (name: string): never => {
      asked.push(name);
      throw new RexError('MODEL_FILE_CORRUPT', name, { file: 'x', reason: name });
    };
    assert.throws(() => readPickle(evil, { call, persistent: () => undefined }, 'x'), isCorrupt);
    assert.deepEqual(asked, ['os.system']);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readPickle(bytes, { call: () => null, persistent: () => null }, 'x');
        } catch (error) {
          assert.ok(isCorrupt(error), String(error));
        }
      }),
    );
  });
});

describe('saved models', () => {
  test('come back with the same parameters and manifest', async () => {
    using model = createModel(tinyConfig, { seed: 5 });
    const written = await saveModel(model, folder, { metrics: { exactAccuracy: 0.5 }, vocabulary: ['pad', 'a'] });
    const opened = await openModel(folder);
    using copy = opened.model;
    assert.deepEqual(opened.manifest, written);
    assert.deepEqual(await copy.stateDict(), await model.stateDict());
  });

  test('packed ones come back packed, with the same answers and in less than a third of the space', async () => {
    using model = createModel({ ...tinyConfig, hiddenSize: 64 }, { seed: 5 });
    const [full, packed] = [join(folder, 'full'), join(folder, 'packed')];
    const quantised = await packModel(model, 8);
    await Promise.all([saveModel(model, full), saveModel(quantised, packed)]);
    const opened = await openModel(packed);
    using copy = opened.model;
    assert.equal(opened.manifest.bits, 8);
    using original = openQuantised(quantised);
    assert.deepEqual(await solveAll(copy, [[1, 2, 3, 4]]), await solveAll(original, [[1, 2, 3, 4]]));
    const [fullBytes, packedBytes] = await Promise.all(
      [full, packed].map(async (path) => (await readFile(join(path, 'model.safetensors'))).byteLength),
    );
    assert.ok((packedBytes as number) < (fullBytes as number) / 3, `${packedBytes} of ${fullBytes} bytes`);
    await rm(join(packed, 'model.safetensors'));
    await assert.rejects(openModel(packed), isCorrupt);
  });

  test('a changed byte, a missing file and a manifest of another format are refused', async () => {
    const path = join(folder, 'model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await writeFile(path, bytes);
    await assert.rejects(openModel(folder), isCorrupt);
    await writeFile(join(folder, 'manifest.json'), '{"format":"other"}');
    await assert.rejects(openModel(folder), isCorrupt);
    await assert.rejects(openModel(join(folder, 'absent')), isCorrupt);
  });
});
