import { invalidArgument, RexError } from '../../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { type Puzzle, packDataset } from '../../data/examples.ts';
import { Random } from '../../random.ts';
import { drawShuffle, shuffleSudoku } from './augment.ts';
import { type SudokuSize, sudokuTokens } from './grid.ts';
import { searchSudoku } from './search.ts';

/** A puzzle with exactly one solution. */
export interface SudokuPuzzle {
  readonly cells: readonly number[];
  readonly solution: readonly number[];
  /** Cells where a search has to guess. */
  readonly guesses: number;
}

/** Options of {@link buildSudoku}. */
export interface SudokuOptions {
  readonly size: SudokuSize;
  /** Base puzzles of each split. */
  readonly trainCount: number;
  readonly testCount: number;
  /** Fewest and most clues. */
  readonly clues: readonly [low: number, high: number];
  /** Fewest guesses that a search needs, a measure of difficulty; default 0. */
  readonly minGuesses?: number;
  /** Symmetric copies of each training puzzle, besides itself; default 0. */
  readonly augmentations?: number;
  /** Default 0. */
  readonly seed?: number;
}

const MOST_DRAWS = 10_000;

/**
 * Builds both splits of a Sudoku data set: random full grids, dug down to a random number of clues while the solution stays
 * the only one. No solution grid occurs in both splits. Throws `INVALID_ARGUMENT`, or `LIMIT_EXCEEDED` when puzzles as asked
 * are too rare to be found.
 */
export function buildSudoku(options: SudokuOptions): { train: Dataset; test: Dataset } {
  const { size, trainCount, testCount, augmentations = 0 } = options;
  const random = new Random(options.seed ?? 0);
  const testGrids = new Set<string>();
  const test = Array.from({ length: testCount }, () => {
    const puzzle = drawSudoku(options, random);
    testGrids.add(puzzle.solution.join());
    return puzzle;
  });
  const train = Array.from({ length: trainCount }, () => drawSudoku(options, random, testGrids));
  const info = { vocabularySize: size + 2, sequenceLength: size * size, puzzleIdentifierCount: 1 };
  const group = (puzzle: SudokuPuzzle, copies: number): Puzzle[] => [
    toPuzzle(puzzle),
    ...Array.from({ length: copies }, () => {
      const shuffle = drawShuffle(size, random);
      return toPuzzle({
        cells: shuffleSudoku(puzzle.cells, shuffle),
        solution: shuffleSudoku(puzzle.solution, shuffle),
      });
    }),
  ];
  return {
    train: packDataset(
      train.map((puzzle) => group(puzzle, augmentations)),
      info,
    ),
    test: packDataset(
      test.map((puzzle) => group(puzzle, 0)),
      info,
    ),
  };
}

/** Draws one puzzle whose solution is not among the excluded ones (comma-joined digits). */
export function drawSudoku(
  { size, clues: [low, high], minGuesses = 0 }: Pick<SudokuOptions, 'size' | 'clues' | 'minGuesses'>,
  random: Random,
  excluded: ReadonlySet<string> = new Set(),
): SudokuPuzzle {
  if (!(low >= 1 && low <= high && high <= size * size)) {
    throw invalidArgument('clues', `two numbers with 1 ≤ low ≤ high ≤ ${size * size}`, `${low}, ${high}`);
  }
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const empty = new Array<number>(size * size).fill(0);
    const solution = searchSudoku(empty, size, 1, (digits) => random.shuffle(digits)).solutions[0] as number[];
    if (excluded.has(solution.join())) continue;
    const cells = dig(solution, size, random.integer(low, high), random);
    if (cells.filter((digit) => digit !== 0).length > high) continue;
    const { guesses } = searchSudoku(cells, size, 2);
    if (guesses >= minGuesses) return { cells, solution, guesses };
  }
  throw new RexError('LIMIT_EXCEEDED', `no such puzzle in ${MOST_DRAWS} draws; allow more clues or fewer guesses`, {
    limit: 'draws',
    maximum: MOST_DRAWS,
  });
}

/** Empties cells in random order as long as the solution stays the only one and more than `clues` digits are left. */
function dig(solution: readonly number[], size: SudokuSize, clues: number, random: Random): number[] {
  const cells = [...solution];
  let left = cells.length;
  for (const cell of random.permutation(cells.length)) {
    if (left <= clues) break;
    const digit = cells[cell] as number;
    cells[cell] = 0;
    if (searchSudoku(cells, size, 2).solutions.length === 1) left -= 1;
    else cells[cell] = digit;
  }
  return cells;
}

function toPuzzle({ cells, solution }: Pick<SudokuPuzzle, 'cells' | 'solution'>): Puzzle {
  return { identifier: 0, examples: [{ input: sudokuTokens(cells), label: sudokuTokens(solution) }] };
}
