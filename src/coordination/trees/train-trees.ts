import { type BoostedTrees, nodeSize, noTrees } from './boosted-trees.ts';
import { type GrowTreeOptions, growTree } from './grow-tree.ts';
import { binInputs } from './input-bins.ts';

/** One row of a fit. */
export interface TreeRow {
  readonly inputs: Float32Array;
  /** 0 or 1, or a share between them. */
  readonly target: number;
  /** How much the row counts. */
  readonly weight: number;
  /** Log-odds by another model, which the trees correct. */
  readonly given?: number | undefined;
}

/** Options of {@link trainTrees}. */
export interface TrainTreesOptions extends GrowTreeOptions {
  /** Number of trees. */
  readonly trees: number;
}

/** Fits trees one after another, each to what those before it leave open (logistic loss, Newton steps). Nothing in it is random. */
export function trainTrees(rows: readonly TreeRow[], options: TrainTreesOptions): BoostedTrees {
  if (rows.length === 0) return noTrees;
  const data = binInputs(rows.map(({ inputs }) => inputs));
  const everyone = Int32Array.from(rows.keys());
  const start = rows.some(({ given }) => given !== undefined) ? 0 : Math.fround(startOf(rows));
  const scores = Float64Array.from(rows, ({ given = start }) => given);
  const slopes = { slope: new Float64Array(rows.length), curve: new Float64Array(rows.length) };
  const roots: number[] = [];
  const nodes: number[] = [];
  for (let tree = 0; tree < options.trees; tree++) {
    rows.forEach(({ target, weight }, index) => {
      const guess = 1 / (1 + Math.exp(-(scores[index] as number)));
      slopes.slope[index] = weight * (guess - target);
      slopes.curve[index] = weight * guess * (1 - guess);
    });
    const root = nodes.length / nodeSize;
    roots.push(root);
    nodes.push(...growTree(data, everyone, slopes, scores, root, options));
  }
  return { start, roots: Float32Array.from(roots), nodes: Float32Array.from(nodes) };
}

/** Log-odds of the targets' mean, drawn a little to even odds. */
function startOf(rows: readonly TreeRow[]): number {
  let [sum, count] = [0.5, 1];
  for (const { target, weight } of rows) {
    sum += weight * target;
    count += weight;
  }
  return Math.log(sum / (count - sum));
}
