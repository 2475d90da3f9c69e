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

for (const { name, size, learned, easy } of [
  { name: 'sudoku-6x6', size: 6, learned: '14 to 26', easy: [24, 26] },
  { name: 'sudoku-9x9', size: 9, learned: '45 to 65', easy: [60, 65] },
] as const) {
  test(`${name} takes at most 4 MB and tells what it learned from and how good it is`, async () => {
    const folder = shippedModel(name);
    const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
    assert.ok(sizes.reduce((sum, bytes) => sum + bytes, 0) <= 4e6, sizes.join());
    const { model, manifest } = await openModel(folder);
    model.dispose();
    assert.ok(manifest.notes?.data?.includes(`${size}x${size} Sudoku with ${learned} clues`));
    assert.match(manifest.notes?.command ?? '', /^hrm-rex train sudoku .*--seed \d+/);
    assert.equal(manifest.vocabulary?.length, manifest.config.vocabularySize);
    assert.equal(manifest.metrics?.testCount, 512);
  });

  test(`${name} solves puzzles of another seed`, async () => {
    const { model } = await openModel(shippedModel(name));
    using _model = model;
    const random = new Random(99);
    const puzzles = Array.from({ length: 16 }, () => drawSudoku({ size, clues: easy }, random));
    const solutions = await solveAll(
      model,
      puzzles.map(({ cells }) => sudokuTokens(cells)),
    );
    const solved = solutions.filter(
      ({ tokens }, at) => verifySudoku(puzzles[at]?.cells ?? [], sudokuDigits(tokens), size).isSolved,
    );
    assert.ok(solved.length >= 8, `${solved.length} of ${puzzles.length} with ${easy.join(' to ')} clues`);
  });
}
