import { RexError } from '../../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { evaluate } from '../training/evaluate.ts';
import type { WeightBits } from './pack.ts';
import { openQuantised, packModel, type QuantisedModel } from './quantised-model.ts';

/** Options of {@link quantise}. */
export interface QuantiseOptions {
  /** Default 8. */
  readonly bits?: WeightBits;
  /** Puzzles on which the full and the packed model are compared. */
  readonly testSet: Dataset;
  /** Least share of the full model's score that must remain; default 0.95. */
  readonly requiredRetention?: number;
  /** Accept any score; default false. */
  readonly force?: boolean;
  /** Default 32. */
  readonly batchSize?: number;
}

/** A packed model and what packing cost. */
export interface QuantiseResult {
  readonly quantised: QuantisedModel;
  /** Exact accuracy of the full and of the packed model. */
  readonly fullScore: number;
  readonly quantisedScore: number;
  /** quantisedScore / fullScore; 1 when the full model solves nothing. */
  readonly retention: number;
}

/**
 * Packs a model's weights into 8 or 4 bits and measures what remains of its score.
 * Throws `RETENTION_TOO_LOW` when too little remains and `force` is not set.
 */
export async function quantise(model: HrmModel, options: QuantiseOptions): Promise<QuantiseResult> {
  const { bits = 8, testSet, requiredRetention = 0.95, force = false, batchSize = 32 } = options;
  const quantised = await packModel(model, bits);
  using opened = openQuantised(quantised);
  const fullScore = (await evaluate(model, testSet, { batchSize })).exactAccuracy;
  const quantisedScore = (await evaluate(opened, testSet, { batchSize })).exactAccuracy;
  const retention = fullScore === 0 ? 1 : quantisedScore / fullScore;
  if (retention < requiredRetention && !force) {
    throw new RexError(
      'RETENTION_TOO_LOW',
      `${bits}-bit weights keep ${(100 * retention).toFixed(1)} % of the score, ${100 * requiredRetention} % are required`,
      { retention, required: requiredRetention, bits },
      { hint: bits === 4 ? 'Use 8 bits, or pass force: true.' : 'Pass force: true to accept it.' },
    );
  }
  return { quantised, fullScore, quantisedScore, retention };
}
