import { type SudokuSize, sudokuUnits } from './grid.ts';

/** What is wrong with an answer. */
export interface SudokuVerdict {
  readonly isSolved: boolean;
  /** Cells that differ from a clue, are empty, or clash in a row, column or box. */
  readonly wrongCells: readonly number[];
}

/** Checks an answer by the rules alone: every clue kept, every unit holds each digit once. */
export function verifySudoku(puzzle: readonly number[], answer: readonly number[], size: SudokuSize): SudokuVerdict {
  const wrong = new Set<number>();
  answer.forEach((digit, cell) => {
    const isClueLost = puzzle[cell] !== 0 && puzzle[cell] !== digit;
    if (isClueLost || !(digit >= 1 && digit <= size)) wrong.add(cell);
  });
  for (const unit of sudokuUnits(size)) {
    for (const cell of unit) {
      if (unit.some((other) => other !== cell && answer[other] === answer[cell])) wrong.add(cell);
    }
  }
  return { isSolved: answer.length === size * size && wrong.size === 0, wrongCells: [...wrong].sort((a, b) => a - b) };
}
