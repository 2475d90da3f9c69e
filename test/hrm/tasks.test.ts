import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  arcGrid,
  arcName,
  arcTokens,
  augmentArc,
  buildArc,
  buildMazes,
  buildSudoku,
  dihedral,
  drawArcAugmentation,
  drawMaze,
  drawShuffle,
  drawSudoku,
  inverseDihedral,
  mazeRows,
  parseArcName,
  parseSudoku,
  passAtK,
  Random,
  restoreArc,
  shuffleSudoku,
  solveSudoku,
  sudokuDigits,
  verifyMaze,
  verifySudoku,
  voteArc,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';

const ops = JSON.parse(readFileSync('test/fixtures/hrm/ops.json', 'utf8'));

describe('transforms of the original', () => {
  test('dihedral symmetries and their inverses', () => {
    const { input, outputs, inverse_id: inverse } = ops.dihedral;
    assert.deepEqual([...inverseDihedral], inverse);
    for (let symmetry = 0; symmetry < 8; symmetry++) {
      assert.deepEqual(dihedral(input, symmetry), outputs[symmetry]);
      assert.deepEqual(dihedral(dihedral(input, symmetry), inverse[symmetry]), input);
    }
  });

  test('ARC grids as sequences', () => {
    const { input, output, no_translation: plain, translation_pad_r4_pad_c27: moved } = ops.arc_grid_to_seq;
    const nonzero = (tokens: readonly number[]): number[][] =>
      tokens.flatMap((token, index) => (token === 0 ? [] : [[index, token]]));
    assert.deepEqual(nonzero(arcTokens(input)), plain.input_nonzero);
    assert.deepEqual(nonzero(arcTokens(output)), plain.output_nonzero);
    assert.deepEqual(nonzero(arcTokens(input, 4, 27)), moved.input_nonzero);
    assert.deepEqual(nonzero(arcTokens(output, 4, 27)), moved.output_nonzero);
  });

  test('Sudoku symmetries', () => {
    const { board, digit_map: digits, transpose, row_perm: rows, col_perm: columns, result } = ops.sudoku_shuffle;
    assert.deepEqual(shuffleSudoku(board.flat(), { digits, transpose, rows, columns }), result.flat());
  });
});

describe('Sudoku', () => {
  for (const [size, clues] of [
    [4, [6, 8]],
    [6, [14, 18]],
    [9, [32, 40]],
  ] as const) {
    test(`${size}x${size}: puzzles have one solution, and symmetries keep it`, () => {
      const random = new Random(size);
      const puzzle = drawSudoku({ size, clues }, random);
      const count = puzzle.cells.filter((digit) => digit > 0).length;
      assert.ok(count >= clues[0] && count <= clues[1]);
      assert.deepEqual(solveSudoku(puzzle.cells, size), puzzle.solution);
      assert.ok(verifySudoku(puzzle.cells, puzzle.solution, size).isSolved);
      const shuffle = drawShuffle(size, random);
      const solution = shuffleSudoku(puzzle.solution, shuffle);
      assert.deepEqual(solveSudoku(shuffleSudoku(puzzle.cells, shuffle), size), solution);
    });
  }

  test('no solution grid is in both splits; augmentations share a group', () => {
    const { train, test: held } = buildSudoku({
      size: 4,
      trainCount: 30,
      testCount: 20,
      clues: [7, 12],
      augmentations: 2,
      seed: 3,
    });
    const grids = (labels: Int32Array, indices: Int32Array): Set<string> =>
      new Set([...indices].map((example) => labels.subarray(example * 16, example * 16 + 16).join()));
    const [trainSet, testSet] = [train.sets.get('all'), held.sets.get('all')];
    assert.ok(trainSet && testSet);
    assert.equal(trainSet.groupIndices.at(-1), 90);
    const bases = Int32Array.from({ length: 30 }, (_, group) => group * 3);
    const testGrids = grids(
      testSet.labels,
      Int32Array.from({ length: 20 }, (_, example) => example),
    );
    for (const grid of grids(trainSet.labels, bases)) assert.ok(!testGrids.has(grid));
  });

  test('the verifier names lost clues, clashes and blanks', () => {
    const { cells } = parseSudoku('12.. 34.. .... ....');
    const solution = solveSudoku(parseSudoku('1234 3412 2143 432.').cells, 4) as number[];
    assert.ok(verifySudoku(cells, solution, 4).isSolved);
    assert.deepEqual(verifySudoku(cells, solution.with(0, 2), 4).wrongCells.includes(0), true);
    assert.deepEqual(verifySudoku(cells, solution.with(15, 0), 4).wrongCells, [15]);
    assert.throws(
      () => parseSudoku('123'),
      (error) => RexError.is(error, 'INVALID_ARGUMENT'),
    );
    assert.deepEqual(sudokuDigits([0, 1, 2]), [0, 0, 1]);
  });
});

describe('mazes', () => {
  test('any size has a shortest path that the verifier accepts, and nothing shorter or broken', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 7, max: 15 }),
        fc.integer({ min: 7, max: 15 }),
        fc.integer(),
        (rows, columns, seed) => {
          const maze = drawMaze({ rows, columns, minPathLength: 6 }, new Random(seed));
          assert.deepEqual(verifyMaze(maze.puzzle, maze.solution), { isLegal: true, isOptimal: true });
          const broken = maze.solution.map((row) => row.replace('o', ' '));
          assert.equal(verifyMaze(maze.puzzle, broken).isLegal, false);
          assert.equal(verifyMaze(maze.puzzle, maze.puzzle).isLegal, false);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a detour is legal but not optimal', () => {
    const puzzle = ['#####', '#S G#', '#   #', '#####', '#####'];
    assert.deepEqual(verifyMaze(puzzle, ['#####', '#SoG#', '#   #', '#####', '#####']), {
      isLegal: true,
      isOptimal: true,
    });
    assert.deepEqual(verifyMaze(puzzle, ['#####', '#S G#', '#ooo#', '#####', '#####']), {
      isLegal: true,
      isOptimal: false,
    });
  });

  test('a data set of eight symmetries', () => {
    const { train } = buildMazes({ rows: 7, columns: 7, minPathLength: 5, trainCount: 2, testCount: 1, augment: true });
    const set = train.sets.get('all');
    assert.equal(set?.puzzleIdentifiers.length, 16);
    for (let example = 0; example < 16; example++) {
      const rows = (tokens: Int32Array): string[] => mazeRows(tokens.subarray(example * 49, example * 49 + 49), 7);
      assert.ok(set && verifyMaze(rows(set.inputs), rows(set.labels)).isOptimal);
    }
  });
});

describe('ARC', () => {
  const colours = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 5 }), {
    minLength: 1,
    maxLength: 30,
  });

  test('grids survive the canvas, and augmentations can be taken back', () => {
    fc.assert(
      fc.property(colours, fc.integer(), (grid, seed) => {
        assert.deepEqual(arcGrid(arcTokens(grid)), grid);
        const augmentation = drawArcAugmentation(new Random(seed));
        assert.deepEqual(restoreArc(augmentArc(grid, augmentation), augmentation), grid);
        assert.deepEqual(parseArcName(arcName('task', augmentation)), { task: 'task', augmentation });
      }),
    );
  });

  const task = {
    train: [
      { input: [[1, 2]], output: [[2, 1]] },
      { input: [[3, 4]], output: [[4, 3]] },
    ],
    test: [{ input: [[5, 6]], output: [[6, 5]] }],
  };

  test('every augmentation is a puzzle of its own; test pairs of evaluation tasks are held back', () => {
    const {
      train,
      test: held,
      identifiers,
    } = buildArc({ training: { known: task }, evaluation: { asked: task }, augmentations: 4 });
    assert.equal(identifiers.length, 11);
    const set = train.sets.get('all');
    assert.deepEqual([...(set?.groupIndices ?? [])], [0, 5, 10]);
    assert.deepEqual([...(set?.puzzleIndices.slice(0, 7) ?? [])], [0, 3, 6, 9, 12, 15, 17]);
    assert.deepEqual([...(held.sets.get('all')?.puzzleIdentifiers ?? [])], [6, 7, 8, 9, 10]);
  });

  test('votes are counted on the restored grids; ties go to the more confident answer', () => {
    const random = new Random(4);
    const predictions = [0, 1, 2, 3].map((index) => {
      const augmentation = drawArcAugmentation(random);
      const answer = index < 2 ? [[6, 5]] : [[9, 9]];
      return {
        name: arcName('asked', augmentation),
        input: arcTokens(augmentArc([[5, 6]], augmentation)),
        answer: arcTokens(augmentArc(answer, augmentation)),
        qHaltLogit: index < 2 ? 2 : 1,
      };
    });
    const votes = voteArc(predictions);
    const ranked = votes.get('asked')?.get('[[5,6]]');
    assert.deepEqual(
      ranked?.map(({ grid, votes: count }) => [grid, count]),
      [
        [[[6, 5]], 2],
        [[[9, 9]], 2],
      ],
    );
    assert.deepEqual(
      [...passAtK(votes, { asked: task.test }, [1, 2])],
      [
        [1, 1],
        [2, 1],
      ],
    );
  });
});
