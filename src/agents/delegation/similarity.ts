/** Beyond this many comparisons words are compared, not characters. */
const MAX_COMPARISONS = 4_000_000;

/**
 * How alike two texts are, 0 to 1: twice the length of what they have in common in the same order, by their lengths
 * (the normalised indel similarity). Case and white space do not count.
 */
export function similarity(first: string, second: string): number {
  const [one, other] = [normal(first), normal(second)];
  if (one.length * other.length <= MAX_COMPARISONS) return ratio([...one], [...other]);
  return ratio(one.split(' '), other.split(' '));
}

function ratio(one: readonly string[], other: readonly string[]): number {
  const length = one.length + other.length;
  return length === 0 ? 1 : (2 * commonLength(one, other)) / length;
}

/** Length of the longest common subsequence. */
function commonLength(one: readonly string[], other: readonly string[]): number {
  let above = new Uint32Array(other.length + 1);
  for (const left of one) {
    const row = new Uint32Array(other.length + 1);
    for (const [index, right] of other.entries()) {
      const taken = left === right ? (above[index] ?? 0) + 1 : 0;
      row[index + 1] = Math.max(taken, above[index + 1] ?? 0, row[index] ?? 0);
    }
    above = row;
  }
  return above[other.length] ?? 0;
}

function normal(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}
