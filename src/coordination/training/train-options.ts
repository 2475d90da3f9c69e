import { invalidArgument } from '../../core/errors.ts';
import type { WeightBits } from '../../hrm/quantisation/pack.ts';
import type { RecoveryRow } from '../data/recovery-examples.ts';
import type { DependencyRow, TaskRow } from '../data/task-row.ts';
import { defaultEncoder } from '../encoder/encode-task.ts';
import type { EncoderSettings } from '../encoder/encoded-task.ts';
import type { CoordinationConfigInput } from '../model/coordination-config.ts';
import type { SentenceEncoder } from '../sentence/sentence-encoder.ts';

/** Options of `trainCoordination`. */
export interface CoordinationTrainOptions {
  /** Rows of the split `val` take no part in training; all others are learned. */
  readonly rows: readonly TaskRow[];
  /** Task graphs for the dependency scorer; without them it knows no order. */
  readonly dependencies?: readonly DependencyRow[];
  /** Observations for the executor's policy; without them it stays as it starts. */
  readonly recovery?: readonly RecoveryRow[];
  /** Folder of weights, card, curves and checkpoints. */
  readonly folder: string;
  /** Name and version of the coordinator, default `hrm-coordination/1`. */
  readonly name?: string;
  /** Decides folds, parameters, order and dropout; default 0. */
  readonly seed?: number;
  /** Passes over the rows, default 4. */
  readonly epochs?: number;
  /** Default 64. */
  readonly batchSize?: number;
  /** Default 5e-4. */
  readonly learningRate?: number;
  /** Default 0.1. */
  readonly weightDecay?: number;
  /** Share of the words left out of a training row, default 0.3. */
  readonly wordDropout?: number;
  /** Share of the rows that are also learned without workspace, and without text; default 0.15. */
  readonly partialShare?: number;
  /** Share of the sources that the core does not learn, for calibration and the choice of weights; default 0.12. */
  readonly heldOutShare?: number;
  /** Fit thresholds on the validation split too: better thresholds, but its scores are then those of seen rows. Default false. */
  readonly calibrateOnValidation?: boolean;
  /** Differences from the default model. */
  readonly config?: CoordinationConfigInput;
  readonly encoder?: EncoderSettings;
  /** A pretrained sentence encoder that the weights read too and will always need; default: none. */
  readonly sentence?: SentenceEncoder;
  /** Bits of a stored weight, default 8. */
  readonly bits?: WeightBits;
  /** Steps between evaluations and checkpoints; default: once each pass. */
  readonly evaluateEvery?: number;
  /** Steps between `step` events, default 10. */
  readonly reportEvery?: number;
  /** Go on from the folder's checkpoint; default true. */
  readonly resume?: boolean;
  /** Texts for manifest and card: command, data. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Ends the run after the present step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Milliseconds since some instant; the default is `performance.now`. */
  readonly now?: () => number;
}

const defaults = {
  dependencies: [],
  recovery: [],
  name: 'hrm-coordination/1',
  seed: 0,
  epochs: 4,
  batchSize: 64,
  learningRate: 5e-4,
  weightDecay: 0.1,
  wordDropout: 0.3,
  partialShare: 0.15,
  heldOutShare: 0.12,
  calibrateOnValidation: false,
  config: {},
  bits: 8 as WeightBits,
  reportEvery: 10,
  resume: true,
  notes: {},
  now: () => performance.now(),
} as const;

/** Options with every default filled in. */
export type ResolvedCoordinationTrainOptions = Required<
  Omit<CoordinationTrainOptions, 'signal' | 'evaluateEvery' | 'sentence'>
> &
  Pick<CoordinationTrainOptions, 'signal' | 'evaluateEvery' | 'sentence'>;

/** Fills in the defaults. @throws INVALID_ARGUMENT */
export function resolveCoordinationTrainOptions(options: CoordinationTrainOptions): ResolvedCoordinationTrainOptions {
  const { encoder = defaultEncoder, sentence } = options;
  const settings = sentence ? { ...encoder, sentence: { name: sentence.name, size: sentence.size } } : encoder;
  const resolved = { ...defaults, ...options, encoder: settings };
  for (const field of ['epochs', 'batchSize', 'reportEvery'] as const) {
    if (!Number.isInteger(resolved[field]) || resolved[field] < 1) {
      throw invalidArgument(field, 'a positive integer', resolved[field]);
    }
  }
  for (const field of ['wordDropout', 'partialShare', 'heldOutShare'] as const) {
    if (!(resolved[field] >= 0 && resolved[field] < 1))
      throw invalidArgument(field, 'a share in [0, 1)', resolved[field]);
  }
  if (resolved.rows.length === 0) throw invalidArgument('rows', 'at least one row to learn from', 0);
  return resolved;
}
