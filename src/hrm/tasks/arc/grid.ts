import { invalidArgument } from '../../../core/errors.ts';

/** A grid of colours 0 … 9. */
export type ArcGrid = readonly (readonly number[])[];

/** One input/output pair. */
export interface ArcPair {
  readonly input: ArcGrid;
  readonly output: ArcGrid;
}

/** A task of the ARC-AGI JSON files. */
export interface ArcTask {
  readonly train: readonly ArcPair[];
  readonly test: readonly ArcPair[];
}

/** Side of the canvas that every grid is put on. */
export const arcSide = 30;
/** Marks the row below and the column right of a grid. */
const END = 1;
const FIRST_COLOUR = 2;

/** Tokens of a grid put at an offset on the 30×30 canvas: 0 pads, 1 ends rows and columns, colour c is c + 2. [900] */
export function arcTokens(grid: ArcGrid, rowOffset = 0, columnOffset = 0): number[] {
  const rows = grid.length;
  const columns = grid[0]?.length ?? 0;
  if (rows + rowOffset > arcSide || columns + columnOffset > arcSide || rows === 0 || columns === 0) {
    throw invalidArgument('grid', `1 … ${arcSide} rows and columns, offset included`, `${rows} × ${columns}`);
  }
  const tokens = new Array<number>(arcSide * arcSide).fill(0);
  grid.forEach((line, row) => {
    line.forEach((colour, column) => {
      tokens[(row + rowOffset) * arcSide + column + columnOffset] = colour + FIRST_COLOUR;
    });
  });
  const endRow = rowOffset + rows;
  const endColumn = columnOffset + columns;
  if (endRow < arcSide) for (let c = columnOffset; c < endColumn; c++) tokens[endRow * arcSide + c] = END;
  if (endColumn < arcSide) for (let r = rowOffset; r < endRow; r++) tokens[r * arcSide + endColumn] = END;
  return tokens;
}

/** The largest rectangle of colours that starts in the top left corner of a canvas; empty when that corner holds none. */
export function arcGrid(tokens: ArrayLike<number>): number[][] {
  const isColour = (row: number, column: number): boolean => (tokens[row * arcSide + column] ?? 0) >= FIRST_COLOUR;
  let best = { rows: 0, columns: 0 };
  let columns = arcSide;
  for (let row = 0; row < arcSide; row++) {
    let width = 0;
    while (width < columns && isColour(row, width)) width += 1;
    columns = width;
    if ((row + 1) * columns > best.rows * best.columns) best = { rows: row + 1, columns };
  }
  return Array.from({ length: best.rows }, (_, row) =>
    Array.from({ length: best.columns }, (_, column) => (tokens[row * arcSide + column] as number) - FIRST_COLOUR),
  );
}
