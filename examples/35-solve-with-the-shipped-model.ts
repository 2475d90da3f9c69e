// How do I solve a Sudoku with the model that comes with the package?
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  drawSudoku,
  formatSudoku,
  openModel,
  Random,
  renderSolving,
  shippedModel,
  solve,
  solveAll,
  sudokuDigits,
  sudokuTokens,
  useBackend,
  verifySudoku,
} from 'hrm-rex/hrm';

await useBackend('auto');
const { model, manifest } = await openModel(shippedModel());
using _model = model;
console.log(`${manifest.notes?.data}; right in every cell: ${manifest.metrics?.exactAccuracy} of unseen puzzles`);

// Puzzles of another seed than those that the model learned from.
const random = new Random(2026);
const puzzles = Array.from({ length: 12 }, () => drawSudoku({ size: 6, clues: [16, 20] }, random));
const answers = await solveAll(
  model,
  puzzles.map(({ cells }) => sudokuTokens(cells)),
);
const isRight = answers.map(
  ({ tokens }, at) => verifySudoku(puzzles[at]?.cells ?? [], sudokuDigits(tokens), 6).isSolved,
);
console.log(`${isRight.filter(Boolean).length} of ${puzzles.length} puzzles with 16 to 20 clues are right`);
assert.ok(isRight.filter(Boolean).length >= 6);

// One of them again (the one that took it longest), step by step and as an animation. A verifier accepts no answer that breaks a rule.
const stepsTo = answers.map(({ trace }, at) =>
  isRight[at] ? trace.findLastIndex((step) => step.changedCells.length > 0) : -1,
);
const { cells } = puzzles[stepsTo.indexOf(Math.max(...stepsTo))] as { cells: readonly number[] };
const verify = (tokens: Int32Array): boolean => verifySudoku(cells, sudokuDigits(tokens), 6).isSolved;
const solution = await solve(model, sudokuTokens(cells), {
  verify,
  onStep: ({ step, confidence, changedCells }) =>
    console.log(`step ${step}: ${changedCells.length} cells changed, confidence ${confidence.toFixed(2)}`),
});
console.log(formatSudoku(sudokuDigits(solution.tokens)));
assert.ok(verify(solution.tokens));

const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-solving-'));
try {
  const page = join(folder, 'solving.html');
  await writeFile(page, renderSolving(sudokuTokens(cells), solution, { columns: 6 }));
  assert.equal((await readFile(page, 'utf8')).match(/"step":/g)?.length, solution.trace.length);
} finally {
  await rm(folder, { recursive: true });
}
