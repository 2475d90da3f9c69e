import { Random } from '../../hrm/random.ts';
import type { EncoderSettings } from '../encoder/encoded-task.ts';
import { type LinearPath, type LinearScores, linearScores } from '../linear/linear-path.ts';
import { trainLinear } from '../linear/train-linear.ts';
import { type ExampleSet, encodeRows, packExamples, partialRows } from './examples.ts';
import { linearTargets, planTargets } from './targets.ts';
import type { TaskRow } from './task-row.ts';

/** Rows made ready for a run. */
export interface PreparedData {
  /** Trained on every row of the split `train`. */
  readonly linear: LinearPath;
  /** What the core learns: rows of the split `train` with scores of a linear path that has not seen their source. */
  readonly train: ExampleSet;
  /** Sources of the split `train` that the core does not learn, for the choice of weights, calibration and thresholds. */
  readonly heldOut: ExampleSet;
  /** Every row of the split `train` as it is, with scores of a linear path that has not seen its source. */
  readonly own: ExampleSet;
  /** The split `val`, which takes no part in training. */
  readonly validation: ExampleSet;
}

/** Options of {@link prepareData}. */
export interface PrepareDataOptions {
  readonly seed: number;
  readonly encoder: EncoderSettings;
  /** Share of the train sources that the core does not learn. */
  readonly heldOutShare: number;
  /** Share of the rows that are also learned without workspace, and without text. */
  readonly partialShare: number;
  /** Vectors of texts by a sentence encoder, for weights that need one. */
  readonly sentences?: ReadonlyMap<string, Float32Array> | undefined;
}

/** Encodes rows, trains the linear path on them and divides them by source. */
export function prepareData(rows: readonly TaskRow[], options: PrepareDataOptions): PreparedData {
  const { seed, encoder, heldOutShare, partialShare, sentences } = options;
  const own = rows.filter(({ split }) => split !== 'val');
  const away = chooseSources(own, heldOutShare, seed);
  const partial = partialRows(
    own.filter(({ source }) => !away.has(source)),
    partialShare,
    new Random(seed + 11),
  );
  const learned = [...own, ...partial];
  const encoded = encodeRows(learned, encoder, sentences);
  const linearRows = learned.map((row, index) => ({
    task: encoded[index] as (typeof encoded)[number],
    targets: linearTargets(planTargets(row)),
    source: row.source,
  }));
  const { path, outOfFold } = trainLinear(linearRows, { featureCount: encoder.featureCount, seed });
  const part = (isPart: (row: TaskRow, index: number) => boolean): ExampleSet => {
    const chosen = Array.from(learned.keys()).filter((index) => isPart(learned[index] as TaskRow, index));
    const take = <Item>(items: readonly Item[]): Item[] => chosen.map((index) => items[index] as Item);
    return packExamples(take(learned), take(encoded), take(outOfFold));
  };
  const validationRows = rows.filter(({ split }) => split === 'val');
  const validation = encodeRows(validationRows, encoder, sentences);
  const scores: LinearScores[] = validation.map((task) => linearScores(path, task));
  return {
    linear: path,
    train: part(({ source }) => !away.has(source)),
    heldOut: part(({ source }) => away.has(source)),
    own: part((_, index) => index < own.length),
    validation: packExamples(validationRows, validation, scores),
  };
}

/** Some sources at random: about a share of them. At least one stays. */
export function chooseSources(rows: readonly TaskRow[], share: number, seed: number): ReadonlySet<string> {
  const sources = [...new Set(rows.map(({ source }) => source))].sort();
  const count = Math.min(sources.length - 1, Math.round(share * sources.length));
  return new Set(new Random(seed + 7).shuffle(sources).slice(0, Math.max(0, count)));
}
