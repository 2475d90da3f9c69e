import type { PuzzleTable } from '../model/puzzle-table.ts';

/**
 * Moves the rows of a batch's identifiers, in place: the gradients of equal identifiers are summed, then
 * w ← w·(1 − rate·decay) − rate·sign(sum). Other rows stay as they are.
 */
export function signSgd(
  table: PuzzleTable,
  identifiers: Int32Array,
  gradients: Float32Array, // [B, size]
  rate: number,
  weightDecay: number,
): void {
  const { size, values } = table;
  const sums = new Map<number, Float32Array>();
  identifiers.forEach((identifier, row) => {
    const sum = sums.get(identifier) ?? new Float32Array(size);
    for (let column = 0; column < size; column++) {
      sum[column] = (sum[column] as number) + (gradients[row * size + column] as number);
    }
    sums.set(identifier, sum);
  });
  const keep = 1 - rate * weightDecay;
  for (const [identifier, sum] of sums) {
    sum.forEach((gradient, column) => {
      const at = identifier * size + column;
      values[at] = Math.fround((values[at] as number) * keep) - rate * Math.sign(gradient);
    });
  }
}
