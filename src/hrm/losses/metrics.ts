import { type Batch, IGNORED } from '../act/batch.ts';

/** Sums over the rows that halted at this step and have something to score, named as in the original; losses over all rows. */
export interface StepMetrics {
  readonly count: number;
  /** Share of right cells, summed over rows. */
  readonly accuracy: number;
  /** Rows that are right in every cell. */
  readonly exactAccuracy: number;
  /** Rows whose q_halt ≥ 0 agrees with being right. */
  readonly qHaltAccuracy: number;
  readonly steps: number;
  readonly lmLoss: number;
  readonly qHaltLoss: number;
  /** Present in training with a continue head. */
  readonly qContinueLoss?: number;
}

/** How a row fared: right and scored cells. */
export interface RowScore {
  readonly right: number;
  readonly scored: number;
}

/** Compares predictions [B·S] with the labels, row by row. */
export function scoreRows(predictions: Int32Array, data: Batch): RowScore[] {
  const length = data.labels.length / data.size;
  return Array.from({ length: data.size }, (_, row) => {
    let right = 0;
    let scored = 0;
    for (let index = row * length; index < (row + 1) * length; index++) {
      if (data.labels[index] === IGNORED) continue;
      scored += 1;
      if (predictions[index] === data.labels[index]) right += 1;
    }
    return { right, scored };
  });
}

/** The sums of one step; `halted` and `steps` are those of the carry after it. */
export function countRows(
  scores: readonly RowScore[],
  halted: Uint8Array,
  steps: Int32Array,
  qHaltLogits: Float32Array,
): Pick<StepMetrics, 'count' | 'accuracy' | 'exactAccuracy' | 'qHaltAccuracy' | 'steps'> {
  const sums = { count: 0, accuracy: 0, exactAccuracy: 0, qHaltAccuracy: 0, steps: 0 };
  scores.forEach(({ right, scored }, row) => {
    if (!halted[row] || scored === 0) return;
    const isExact = right === scored;
    sums.count += 1;
    sums.accuracy += right / scored;
    sums.exactAccuracy += isExact ? 1 : 0;
    sums.qHaltAccuracy += (qHaltLogits[row] as number) >= 0 === isExact ? 1 : 0;
    sums.steps += steps[row] as number;
  });
  return sums;
}
