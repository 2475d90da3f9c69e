// How small can a model become, and what does that cost?
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  buildSudoku,
  loadModel,
  openQuantised,
  quantise,
  quantisedBytes,
  readQuantised,
  readTorchCheckpoint,
  solve,
  sudokuTokens,
  useBackend,
  writeQuantised,
} from 'hrm-rex/hrm';

await useBackend('auto');
using model = loadModel(
  {
    ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 128, headCount: 4, highLayers: 2, lowLayers: 2 },
    maxSteps: 8,
  },
  readTorchCheckpoint(await readFile('test/fixtures/hrm/trained/torch_checkpoint')),
);
const { test: testSet } = buildSudoku({ size: 4, trainCount: 1, testCount: 24, clues: [11, 13], seed: 2 });
for (const bits of [8, 4] as const) {
  const { quantised, fullScore, quantisedScore, retention } = await quantise(model, { bits, testSet, force: true });
  const megabytes = (quantisedBytes(quantised) / 1e6).toFixed(2);
  console.log(
    `${bits} bits: ${megabytes} MB, exact ${fullScore} → ${quantisedScore} (${(100 * retention).toFixed(0)} %)`,
  );
  assert.ok(retention > 0.8, 'the small test set moves by two points for each puzzle');

  using opened = openQuantised(readQuantised(writeQuantised(quantised)));
  const { tokens } = await solve(opened, sudokuTokens([1, 2, 3, 4, 3, 4, 1, 2, 2, 1, 4, 3, 0, 3, 2, 1]));
  assert.equal(tokens.length, 16);
}
