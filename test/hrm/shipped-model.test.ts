import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import {
  drawSudoku,
  openModel,
  Random,
  shippedModel,
  solveAll,
  sudokuDigits,
  sudokuTokens,
  useBackend,
  verifySudoku,
} from 'hrm-rex/hrm';

before(async () => {
  await useBackend('wasm');
});

test('the shipped model takes at most 4 MB and tells what it learned from and how good it is', async () => {
  const folder = shippedModel();
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 4e6, sizes.join());
  const { model, manifest } = await openModel(folder);
  model.dispose();
  assert.match(manifest.notes?.data ?? '', /6x6 Sudoku with 14 to 26 clues/);
  assert.match(manifest.notes?.command ?? '', /^hrm-rex train sudoku .*--seed \d+/);
  assert.equal(manifest.vocabulary?.length, manifest.config.vocabularySize);
  assert.equal(manifest.metrics?.testCount, 512);
});

test('the shipped model solves puzzles of another seed', async () => {
  const { model } = await openModel(shippedModel());
  using _model = model;
  const random = new Random(99);
  const puzzles = Array.from({ length: 16 }, () => drawSudoku({ size: 6, clues: [24, 26] }, random));
  const solutions = await solveAll(
    model,
    puzzles.map(({ cells }) => sudokuTokens(cells)),
  );
  const solved = solutions.filter(
    ({ tokens }, at) => verifySudoku(puzzles[at]?.cells ?? [], sudokuDigits(tokens), 6).isSolved,
  );
  assert.ok(solved.length >= 8, `${solved.length} of ${puzzles.length} with 24 to 26 clues`);
});
