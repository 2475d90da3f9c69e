import { invalidArgument } from '../../../core/errors.ts';

/** Side of a Sudoku; its boxes are 2×2, 2×3 (two rows of three columns) or 3×3. */
export type SudokuSize = 4 | 6 | 9;

/** Rows and columns of one box. */
export interface BoxShape {
  readonly rows: number;
  readonly columns: number;
}

const BOXES: Readonly<Record<SudokuSize, BoxShape>> = {
  4: { rows: 2, columns: 2 },
  6: { rows: 2, columns: 3 },
  9: { rows: 3, columns: 3 },
};

/** Shape of the boxes of a Sudoku. Throws `INVALID_ARGUMENT` for a side other than 4, 6 or 9. */
export function boxShape(size: number): BoxShape {
  const shape = BOXES[size as SudokuSize];
  if (!shape) throw invalidArgument('size', '4, 6 or 9', size);
  return shape;
}

/** Reads a grid from text: digits, with `.` or `0` for blanks; white space and `|-+` are skipped. */
export function parseSudoku(text: string): { size: SudokuSize; cells: number[] } {
  const cells = [...text.replace(/[\s|+\-_]/g, '')].map((character) => (character === '.' ? 0 : Number(character)));
  const size = Math.sqrt(cells.length);
  if (!(size in BOXES)) throw invalidArgument('text', '16, 36 or 81 cells', `${cells.length} cells`);
  const wrong = cells.find((digit) => !(digit >= 0 && digit <= size));
  if (wrong !== undefined) throw invalidArgument('text', `digits 0 … ${size}`, text);
  return { size: size as SudokuSize, cells };
}

/** A grid as text, one line per row, `.` for blanks. */
export function formatSudoku(cells: readonly number[]): string {
  const size = Math.sqrt(cells.length);
  const lines = Array.from({ length: size }, (_, row) => cells.slice(row * size, (row + 1) * size));
  return lines.map((line) => line.map((digit) => (digit === 0 ? '.' : digit)).join(' ')).join('\n');
}

/** Tokens of a grid: 0 pads, 1 is blank, digit d is d + 1. */
export function sudokuTokens(cells: readonly number[]): number[] {
  return cells.map((digit) => digit + 1);
}

/** Digits of tokens; padding and blanks become 0. */
export function sudokuDigits(tokens: ArrayLike<number>): number[] {
  return Array.from(tokens, (token) => Math.max(0, token - 1));
}

/** Units (rows, columns, boxes) as lists of cell numbers. */
export function sudokuUnits(size: SudokuSize): number[][] {
  const { rows, columns } = boxShape(size);
  const side = Array.from({ length: size }, (_, index) => index);
  return [
    ...side.map((row) => side.map((column) => row * size + column)),
    ...side.map((column) => side.map((row) => row * size + column)),
    ...side.map((box) => {
      const perRow = size / columns;
      const top = Math.floor(box / perRow) * rows;
      const left = (box % perRow) * columns;
      return side.map((at) => (top + Math.floor(at / columns)) * size + left + (at % columns));
    }),
  ];
}
