/** Right and wrong decisions about one label. */
export interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** F1 over several labels: of all decisions together (micro), and the mean of each label's (macro). */
export interface F1 {
  readonly micro: number;
  readonly macro: number;
}

/** Harmonic mean of precision and recall; 0 when nothing is right. */
export function f1({ truePositives, falsePositives, falseNegatives }: Counts): number {
  const denominator = 2 * truePositives + falsePositives + falseNegatives;
  return denominator === 0 ? 0 : (2 * truePositives) / denominator;
}

/** F1 of some labels. */
export function f1Of(labels: readonly Counts[]): F1 {
  const sum = (field: keyof Counts): number => labels.reduce((total, counts) => total + counts[field], 0);
  return {
    micro: f1({
      truePositives: sum('truePositives'),
      falsePositives: sum('falsePositives'),
      falseNegatives: sum('falseNegatives'),
    }),
    macro: labels.reduce((total, counts) => total + f1(counts), 0) / Math.max(1, labels.length),
  };
}

/** Counts decisions against truths. */
export function countDecisions(pairs: Iterable<readonly [decided: boolean, truth: boolean]>): Counts {
  let [truePositives, falsePositives, falseNegatives] = [0, 0, 0];
  for (const [decided, truth] of pairs) {
    if (decided && truth) truePositives += 1;
    else if (decided) falsePositives += 1;
    else if (truth) falseNegatives += 1;
  }
  return { truePositives, falsePositives, falseNegatives };
}

/** Rank correlation; equal values share their mean rank. 0 when one side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  let [both, left, right] = [0, 0, 0];
  x.forEach((rank, index) => {
    const [dx, dy] = [rank - mean, (y[index] as number) - mean];
    both += dx * dy;
    left += dx * dx;
    right += dy * dy;
  });
  return left === 0 || right === 0 ? 0 : both / Math.sqrt(left * right);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] as number] === values[order[start] as number]) end += 1;
    for (let at = start; at <= end; at++) result[order[at] as number] = (start + end) / 2;
    start = end + 1;
  }
  return result;
}

/** Expected calibration error: distance of probability and frequency, over ten bins of equal width. */
export function calibrationError(pairs: readonly (readonly [probability: number, truth: number])[]): number {
  const bins = Array.from({ length: 10 }, () => ({ probability: 0, truth: 0 }));
  for (const [probability, truth] of pairs) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))] as (typeof bins)[number];
    bin.probability += probability;
    bin.truth += truth;
  }
  const distance = bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.truth), 0);
  return pairs.length === 0 ? 0 : distance / pairs.length;
}
