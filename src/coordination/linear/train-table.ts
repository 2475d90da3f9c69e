import { Random } from '../../hrm/random.ts';
import type { SparseVector } from '../encoder/encoded-task.ts';
import { linearOutputs } from './linear-outputs.ts';
import { forEachEntry, type LinearTable, tableScores } from './linear-path.ts';
import { outputGradient } from './output-gradient.ts';

/** One row of a table's training. */
export interface TableRow {
  readonly features: SparseVector;
  /** NaN marks what is not known. [outputs] */
  readonly targets: Float32Array;
  /** How much the row counts. */
  readonly weight: number;
}

/** Options of {@link trainTable}. */
export interface TrainTableOptions {
  readonly featureCount: number;
  readonly seed: number;
  /** Passes over the rows. */
  readonly epochs: number;
  /** Rows in which a feature must occur to count. */
  readonly minimumRows: number;
  /** First step size of AdaGrad. */
  readonly rate: number;
  /** Pull of touched weights towards 0. */
  readonly decay: number;
  /** Whether rare features weigh more (inverse document frequency). */
  readonly byRarity: boolean;
}

/** Fits a table by AdaGrad, row by row in a seeded order. */
export function trainTable(rows: readonly TableRow[], options: TrainTableOptions): LinearTable {
  const width = linearOutputs.count;
  const places = choosePlaces(rows, options);
  const bias = startBias(rows);
  const table: LinearTable = { ...places, weights: new Float32Array(places.active * width), bias };
  const squares = new Float32Array(table.weights.length).fill(1e-2);
  const biasSquares = new Float32Array(width).fill(1);
  const gradient = new Float32Array(width);
  const random = new Random(options.seed);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const rate = options.rate * (1 - epoch / options.epochs);
    for (const index of random.permutation(rows.length)) {
      const { features, targets, weight } = rows[index] as TableRow;
      outputGradient(tableScores(table, features), targets, gradient);
      descend(bias, 0, gradient, biasSquares, weight, rate * 0.1, 0);
      forEachEntry(table, features, (row, value) => {
        descend(table.weights, row * width, gradient, squares, weight * value, rate, options.decay);
      });
    }
  }
  return table;
}

function descend(
  weights: Float32Array,
  start: number,
  gradient: Float32Array,
  squares: Float32Array,
  scale: number,
  rate: number,
  decay: number,
): void {
  for (let output = 0, at = start; output < gradient.length; output++, at++) {
    if (gradient[output] === 0) continue;
    const slope = scale * (gradient[output] as number) + decay * (weights[at] as number);
    const sum = (squares[at] as number) + slope * slope;
    squares[at] = sum;
    weights[at] = (weights[at] as number) - (rate * slope) / Math.sqrt(sum);
  }
}

function choosePlaces(
  rows: readonly TableRow[],
  { featureCount, minimumRows, byRarity }: TrainTableOptions,
): Pick<LinearTable, 'scale' | 'rows'> & { readonly active: number } {
  const seen = new Int32Array(featureCount);
  for (const { features } of rows)
    for (const feature of features.indices) seen[feature] = (seen[feature] as number) + 1;
  const scale = new Float32Array(featureCount);
  const places = new Int32Array(featureCount).fill(-1);
  let active = 0;
  seen.forEach((count, feature) => {
    if (count < minimumRows) return;
    scale[feature] = byRarity ? Math.log(rows.length / count) + 0.1 : 1;
    places[feature] = active++;
  });
  return { scale, rows: places, active };
}

/** Log-odds and means of the targets: what is known before anything is read. */
function startBias(rows: readonly TableRow[]): Float32Array {
  const [sums, counts] = [new Float64Array(linearOutputs.count), new Float64Array(linearOutputs.count)];
  for (const { targets, weight } of rows) {
    targets.forEach((target, output) => {
      if (Number.isNaN(target)) return;
      sums[output] = (sums[output] as number) + weight * target;
      counts[output] = (counts[output] as number) + weight;
    });
  }
  return Float32Array.from(sums, (sum, output) => {
    const mean = (sum + 0.5) / ((counts[output] as number) + 1);
    if (output === linearOutputs.lines) return mean;
    return output < linearOutputs.effort ? Math.log(mean / (1 - Math.min(0.99, mean))) : Math.log(mean);
  });
}
