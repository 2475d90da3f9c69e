// How do I run weights that the original HRM trained, on a puzzle of my own?
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  formatSudoku,
  loadModel,
  parseSudoku,
  readTorchCheckpoint,
  solve,
  solveSudoku,
  sudokuDigits,
  sudokuTokens,
  useBackend,
  verifySudoku,
} from 'hrm-rex/hrm';

const backend = await useBackend('auto');
console.log(`backend: ${backend.name} (${backend.device})`);

// A small model that the PyTorch code trained on 4x4 Sudoku. Nothing of the pickle is executed.
const weights = readTorchCheckpoint(await readFile('test/fixtures/hrm/trained/torch_checkpoint'));
using model = loadModel(
  {
    ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 128, headCount: 4, highLayers: 2, lowLayers: 2 },
    maxSteps: 8,
  },
  weights,
);

const { cells, size } = parseSudoku('12.4 3.12 21.3 .32.');
const solution = await solve(model, sudokuTokens(cells), {
  onStep: ({ step, confidence, changedCells }) =>
    console.log(`step ${step}: ${changedCells.length} cells changed, confidence ${confidence.toFixed(2)}`),
});
const answer = sudokuDigits(solution.tokens);
console.log(`${formatSudoku(answer)}\nby the rules: ${JSON.stringify(verifySudoku(cells, answer, size))}`);
assert.deepEqual(answer, solveSudoku(cells, size));
