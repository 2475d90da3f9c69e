/**
 * Solves A·x = b by Cholesky's method. A is symmetric and positive definite; its lower half is read and overwritten.
 * @param matrix [n, n], row by row
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const get = (row: number, column: number): number => matrix[row * n + column] as number;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = get(row, column);
      for (let at = 0; at < column; at++) sum -= get(row, at) * get(column, at);
      matrix[row * n + column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / get(column, column);
    }
  }
  const solution = Float64Array.from(right);
  for (let row = 0; row < n; row++) {
    let sum = solution[row] as number;
    for (let at = 0; at < row; at++) sum -= get(row, at) * (solution[at] as number);
    solution[row] = sum / get(row, row);
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = solution[row] as number;
    for (let at = row + 1; at < n; at++) sum -= get(at, row) * (solution[at] as number);
    solution[row] = sum / get(row, row);
  }
  return solution;
}
