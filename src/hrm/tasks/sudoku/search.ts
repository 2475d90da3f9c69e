import { boxShape, type SudokuSize } from './grid.ts';

/** What a search found. */
export interface SudokuSearch {
  /** Solutions found, at most the limit. */
  readonly solutions: readonly number[][];
  /** Cells where more than one digit had to be tried: a measure of difficulty. */
  readonly guesses: number;
}

/**
 * Finds up to `limit` solutions, trying first the cell with the fewest candidates. `orderDigits` decides in which order its
 * digits are tried; the default is ascending.
 */
export function searchSudoku(
  cells: readonly number[],
  size: SudokuSize,
  limit: number,
  orderDigits: (digits: number[]) => number[] = (digits) => digits,
): SudokuSearch {
  const { rows, columns } = boxShape(size);
  const boxOf = (cell: number): number => {
    const [row, column] = [Math.floor(cell / size), cell % size];
    return Math.floor(row / rows) * (size / columns) + Math.floor(column / columns);
  };
  const grid = [...cells];
  const used = { row: new Int32Array(size), column: new Int32Array(size), box: new Int32Array(size) };
  const toggle = (cell: number, bit: number): void => {
    flip(used.row, Math.floor(cell / size), bit);
    flip(used.column, cell % size, bit);
    flip(used.box, boxOf(cell), bit);
  };
  const taken = (cell: number): number =>
    (used.row[Math.floor(cell / size)] as number) |
    (used.column[cell % size] as number) |
    (used.box[boxOf(cell)] as number);
  const solutions: number[][] = [];
  let guesses = 0;
  for (const [cell, digit] of grid.entries()) {
    if (digit === 0) continue;
    if (taken(cell) & (1 << digit)) return { solutions, guesses };
    toggle(cell, 1 << digit);
  }
  const candidates = (cell: number): number[] => {
    const mask = taken(cell);
    return Array.from({ length: size }, (_, index) => index + 1).filter((digit) => !(mask & (1 << digit)));
  };
  const fill = (): void => {
    let best: { cell: number; digits: number[] } | undefined;
    for (let cell = 0; cell < grid.length && best?.digits.length !== 0; cell++) {
      if (grid[cell] !== 0) continue;
      const digits = candidates(cell);
      if (!best || digits.length < best.digits.length) best = { cell, digits };
      if (digits.length === 1) break;
    }
    if (!best) {
      solutions.push([...grid]);
      return;
    }
    if (best.digits.length > 1) guesses += 1;
    for (const digit of orderDigits(best.digits)) {
      grid[best.cell] = digit;
      toggle(best.cell, 1 << digit);
      fill();
      toggle(best.cell, 1 << digit);
      grid[best.cell] = 0;
      if (solutions.length >= limit) return;
    }
  };
  fill();
  return { solutions, guesses };
}

/** The only solution, or undefined when there is none or more than one. */
export function solveSudoku(cells: readonly number[], size: SudokuSize): number[] | undefined {
  const { solutions } = searchSudoku(cells, size, 2);
  return solutions.length === 1 ? solutions[0] : undefined;
}

function flip(masks: Int32Array, unit: number, bit: number): void {
  masks[unit] = (masks[unit] as number) ^ bit;
}
