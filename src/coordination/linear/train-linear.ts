import { Random } from '../../hrm/random.ts';
import type { EncodedTask } from '../encoder/encoded-task.ts';
import { noTrees } from '../trees/boosted-trees.ts';
import { type LinearPath, type LinearScores, linearScores, partScores } from './linear-path.ts';
import { chooseGroups, trainGroups } from './train-groups.ts';
import { type JointRow, trainJoint } from './train-joint.ts';
import { trainTable } from './train-table.ts';
import { treeGroups } from './tree-groups.ts';

/** One row to learn from. */
export interface LinearRow {
  readonly task: EncodedTask;
  /** In the order of `linearOutputs`: 0 or 1, log lines, effort shares; NaN marks what is not known. [outputs] */
  readonly targets: Float32Array;
  /** Where the row comes from; folds never cut through a source. */
  readonly source: string;
}

/** Options of {@link trainLinear}. */
export interface TrainLinearOptions {
  /** Places of hashed features, as in the encoder's settings. */
  readonly featureCount: number;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Parts into which the sources are divided for scores by tables that have not seen them, default 5. */
  readonly folds?: number | undefined;
}

/** A trained path, with what it says of its own rows when their source is left out. */
export interface TrainedLinear {
  readonly path: LinearPath;
  /** In the order of the rows. */
  readonly outOfFold: readonly LinearScores[];
}

const textTraining = { epochs: 8, minimumRows: 4, rate: 0.12, decay: 1e-4, byRarity: true };
const sentenceTraining = { epochs: 8, minimumRows: 1, rate: 0.12, decay: 1e-4, byRarity: false };
const workspaceTraining = { epochs: 4, minimumRows: 10, rate: 0.03, decay: 1e-3, byRarity: false };

/** Trains the path on all rows, and scores each row by paths that have not seen its source. */
export function trainLinear(rows: readonly LinearRow[], options: TrainLinearOptions): TrainedLinear {
  const { folds = 5, seed = 0, featureCount } = options;
  const fit = { featureCount, seed };
  const fold = sourceFolds(rows, folds, seed);
  const weights = sourceWeights(rows);
  const everyone = rows.map((_, index) => index);
  const tables = Array.from({ length: folds }, (_, left) =>
    fitTables(everyone.filter((index) => fold[index] !== left)),
  );
  const scores = rows.map(({ task }, index) => partScores(tables[fold[index] as number] as Tables, task));
  const jointRows = rows.map(({ task, targets }, index): JointRow => {
    const weight = weights[index] as number;
    return { scores: scores[index] as (typeof scores)[number], evidence: task.evidence, targets, weight };
  });
  const every = treeGroups.map(() => true);
  const parts = Array.from({ length: folds }, (_, left) => {
    const others = jointRows.filter((_, index) => fold[index] !== left);
    return { joint: trainJoint(others), trees: trainGroups(others, every) };
  });
  const judge = (choose: (trees: LinearPath['trees']) => LinearPath['trees']): LinearScores[] =>
    rows.map(({ task }, index) => {
      const left = fold[index] as number;
      const { joint, trees } = parts[left] as (typeof parts)[number];
      return linearScores({ ...(tables[left] as Tables), joint, trees: choose(trees) }, task);
    });
  const chosen = chooseGroups(
    jointRows,
    judge((trees) => trees),
    judge(() => []),
  );
  const path = { ...fitTables(everyone), joint: trainJoint(jointRows), trees: trainGroups(jointRows, chosen) };
  return { path, outOfFold: judge((trees) => trees.map((some, group) => (chosen[group] ? some : noTrees))) };

  function fitTables(chosen: readonly number[]): Tables {
    const part = (name: 'text' | 'workspace' | 'sentence') =>
      chosen.flatMap((index) => {
        const { task, targets } = rows[index] as LinearRow;
        const features = task[name];
        return features ? [{ features, targets, weight: weights[index] as number }] : [];
      });
    const sentences = part('sentence');
    const size = Math.max(0, ...sentences.map(({ features }) => features.indices.length));
    return {
      text: trainTable(part('text'), { ...textTraining, ...fit }),
      workspace: trainTable(part('workspace'), { ...workspaceTraining, ...fit }),
      ...(size > 0 && { sentence: trainTable(sentences, { ...sentenceTraining, featureCount: size, seed }) }),
    };
  }
}

type Tables = Pick<LinearPath, 'text' | 'workspace' | 'sentence'>;

/** Fold of each row: sources in random order, each to the fold that has the fewest rows. */
export function sourceFolds(rows: readonly { readonly source: string }[], folds: number, seed: number): Int32Array {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  const sizes = new Array<number>(folds).fill(0);
  const foldOf = new Map<string, number>();
  for (const source of new Random(seed).shuffle([...counts.keys()].sort())) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    foldOf.set(source, smallest);
    sizes[smallest] = (sizes[smallest] as number) + (counts.get(source) as number);
  }
  return Int32Array.from(rows, ({ source }) => foldOf.get(source) as number);
}

/** How much each row counts: a source counts with the root of its rows; the mean is 1. */
export function sourceWeights(rows: readonly { readonly source: string }[]): Float32Array {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  const weights = Float32Array.from(rows, ({ source }) => 1 / Math.sqrt(counts.get(source) as number));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return weights.map((weight) => weight / mean);
}
