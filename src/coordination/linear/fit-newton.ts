import { solveSymmetric } from './solve-symmetric.ts';

/** One row of a fit. */
export interface NewtonRow {
  readonly inputs: ArrayLike<number>;
  readonly target: number;
  /** How much the row counts. */
  readonly weight: number;
}

/** Options of {@link fitNewton}. */
export interface NewtonOptions {
  /** Pull of each coefficient towards 0, in rows. */
  readonly pulls: readonly number[];
  /** Newton steps; a least squares fit is exact after one. */
  readonly steps: number;
  /** Logistic regression, otherwise least squares. */
  readonly isLogistic: boolean;
}

/** Coefficients that fit the targets best. [pulls.length] */
export function fitNewton(rows: readonly NewtonRow[], { pulls, steps, isLogistic }: NewtonOptions): Float64Array {
  const size = pulls.length;
  const solution = new Float64Array(size);
  for (let step = 0; step < steps; step++) {
    const matrix = new Float64Array(size * size);
    const right = Float64Array.from(pulls, (pull, at) => -pull * (solution[at] as number));
    pulls.forEach((pull, at) => {
      matrix[at * size + at] = pull;
    });
    for (const { inputs, target, weight } of rows) {
      let score = 0;
      for (let at = 0; at < size; at++) score += (solution[at] as number) * (inputs[at] as number);
      const guess = isLogistic ? 1 / (1 + Math.exp(-score)) : score;
      const curvature = weight * (isLogistic ? Math.max(1e-4, guess * (1 - guess)) : 1);
      addRow(matrix, right, inputs, curvature, weight * (target - guess));
    }
    solveSymmetric(matrix, right).forEach((by, at) => {
      solution[at] = (solution[at] as number) + by;
    });
  }
  return solution;
}

/** Adds curvature·x·xᵀ to the lower half of the matrix and error·x to the right side. */
function addRow(
  matrix: Float64Array,
  right: Float64Array,
  x: ArrayLike<number>,
  curvature: number,
  error: number,
): void {
  const size = right.length;
  for (let row = 0; row < size; row++) {
    const value = x[row] as number;
    if (value === 0) continue;
    right[row] = (right[row] as number) + error * value;
    const scaled = curvature * value;
    for (let column = 0, at = row * size; column <= row; column++, at++) {
      matrix[at] = (matrix[at] as number) + scaled * (x[column] as number);
    }
  }
}
