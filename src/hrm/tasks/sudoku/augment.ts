import type { Random } from '../../random.ts';
import { boxShape, type SudokuSize } from './grid.ts';

/** A symmetry of Sudoku: first transpose, then permute rows and columns, then rename the digits. */
export interface SudokuShuffle {
  /** New digit of each digit; 0 stays 0. */
  readonly digits: readonly number[];
  readonly transpose: boolean;
  /** Row of the source for each row. */
  readonly rows: readonly number[];
  /** Column of the source for each column. */
  readonly columns: readonly number[];
}

/** Applies a symmetry to a grid. */
export function shuffleSudoku(cells: readonly number[], { digits, transpose, rows, columns }: SudokuShuffle): number[] {
  return rows.flatMap((row) =>
    columns.map((column) => {
      const at = transpose ? column * columns.length + row : row * columns.length + column;
      return digits[cells[at] as number] as number;
    }),
  );
}

/** A random symmetry: digits, bands and rows, stacks and columns; transposed half the time where boxes are square. */
export function drawShuffle(size: SudokuSize, random: Random): SudokuShuffle {
  const box = boxShape(size);
  const within = (height: number): number[] =>
    random.permutation(size / height).flatMap((band) => random.permutation(height).map((row) => band * height + row));
  return {
    digits: [0, ...random.permutation(size).map((digit) => digit + 1)],
    transpose: box.rows === box.columns && random.next() < 0.5,
    rows: within(box.rows),
    columns: within(box.columns),
  };
}
