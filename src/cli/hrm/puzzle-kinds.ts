import {
  formatSudoku,
  mazeRows,
  mazeTokens,
  parseSudoku,
  sudokuDigits,
  sudokuTokens,
  verifyMaze,
  verifySudoku,
} from '../../hrm/index.ts';
import { usageError } from '../failure.ts';

/** A puzzle as the command line takes it, and what can be said about an answer. */
export interface PuzzleText {
  readonly kind: 'sudoku' | 'maze';
  readonly tokens: readonly number[];
  /** Cells in a row. */
  readonly columns: number;
  /** The answer as lines of text. */
  show(tokens: ArrayLike<number>): string;
  /** Text of one token in the animation. */
  label(token: number): string;
  /** Whether an answer is right by the rules of the puzzle alone. */
  isSolved(tokens: ArrayLike<number>): boolean;
}

/** Reads a Sudoku (digits, `.` or 0 for blanks) or a maze (rows of `#`, blanks, S and G). @throws a usage error */
export function readPuzzle(text: string): PuzzleText {
  if (text.trim() === '') throw usageError('the puzzle is empty: give a Sudoku or a maze');
  return text.includes('#') ? readMaze(text) : readSudoku(text);
}

function readSudoku(text: string): PuzzleText {
  const { size, cells } = parseSudoku(text);
  return {
    kind: 'sudoku',
    tokens: sudokuTokens(cells),
    columns: size,
    show: (tokens) => formatSudoku(sudokuDigits(tokens)),
    label: (token) => (token > 1 ? String(token - 1) : ''),
    isSolved: (tokens) => verifySudoku(cells, sudokuDigits(tokens), size).isSolved,
  };
}

function readMaze(text: string): PuzzleText {
  const rows = text.split(/\r?\n/).filter((row) => row.trim() !== '');
  const columns = Math.max(...rows.map((row) => row.length));
  const ragged = rows.find((row) => row.length !== columns);
  if (ragged !== undefined) throw usageError(`the rows of a maze have one length; "${ragged}" is not ${columns} wide`);
  return {
    kind: 'maze',
    tokens: mazeTokens(rows),
    columns,
    show: (tokens) => mazeRows(tokens, columns).join('\n'),
    label: (token) => ' # SGo'[token] ?? ' ',
    isSolved: (tokens) => verifyMaze(rows, mazeRows(tokens, columns)).isOptimal,
  };
}
