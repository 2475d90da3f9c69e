import { invalidArgument } from '../../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';

/** Options of {@link train}, with the original's defaults where it has them. */
export interface TrainOptions {
  /** Optimiser steps of the whole run. */
  readonly totalSteps: number;
  /** Rows of a batch; default 32. */
  readonly batchSize?: number;
  /** Equal parts that a batch is computed in, to bound memory; default 1. */
  readonly parts?: number;
  /** Compute each block again for its gradient: less memory for about a quarter more time; default false. */
  readonly recompute?: boolean;
  /** Default 1e-4. */
  readonly learningRate?: number;
  /** Default 1e-2. */
  readonly puzzleLearningRate?: number;
  /** Steps of linear warm-up; default 0. */
  readonly warmupSteps?: number;
  /** Share of the rate left at the end of the cosine; default 1, a constant rate. */
  readonly minRatio?: number;
  /** Default 0.1. */
  readonly weightDecay?: number;
  /** Default 0.1. */
  readonly puzzleWeightDecay?: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.95. */
  readonly beta2?: number;
  /** Decides the order of the data and the exploration; default 0. */
  readonly seed?: number;
  /** Draw examples for halted rows only, so that none is lost; default false, as in the original. */
  readonly fillHaltedOnly?: boolean;
  /** Decay of a moving average of the parameters, used in evaluations and left in the model at the end; default none. */
  readonly averageDecay?: number;
  /** Puzzles to score the model on. */
  readonly testSet?: Dataset;
  /** Steps between evaluations; default: one at the end. */
  readonly evaluateEvery?: number;
  /** End after this many evaluations without a better exact accuracy; default never. */
  readonly patience?: number;
  /** Steps between `step` events; default 1. */
  readonly reportEvery?: number;
  /** Folder of checkpoints; a checkpoint found there is continued. */
  readonly checkpointFolder?: string;
  /** Steps between checkpoints; default: one at the end. */
  readonly checkpointEvery?: number;
  /** Ends the run after the present step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Milliseconds since some instant; the default is `performance.now`. */
  readonly now?: () => number;
}

/** Options with every default filled in. */
export type ResolvedTrainOptions = TrainOptions &
  Required<
    Pick<TrainOptions, 'batchSize' | 'parts' | 'seed' | 'reportEvery' | 'evaluateEvery' | 'checkpointEvery' | 'now'>
  >;

/** Fills in the defaults. Throws `INVALID_ARGUMENT`. */
export function resolveTrainOptions(options: TrainOptions): ResolvedTrainOptions {
  const { totalSteps } = options;
  const resolved = {
    batchSize: 32,
    parts: 1,
    seed: 0,
    reportEvery: 1,
    evaluateEvery: totalSteps,
    checkpointEvery: totalSteps,
    now: () => performance.now(),
    ...options,
  };
  for (const field of [
    'totalSteps',
    'batchSize',
    'parts',
    'reportEvery',
    'evaluateEvery',
    'checkpointEvery',
  ] as const) {
    if (!Number.isInteger(resolved[field]) || resolved[field] < 1) {
      throw invalidArgument(field, 'a positive integer', resolved[field]);
    }
  }
  if (resolved.batchSize % resolved.parts !== 0) {
    throw invalidArgument('parts', `a divisor of batchSize (${resolved.batchSize})`, resolved.parts);
  }
  return resolved;
}
