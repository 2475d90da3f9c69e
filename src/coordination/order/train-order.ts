import { Random } from '../../hrm/random.ts';
import type { SparseVector } from '../encoder/encoded-task.ts';
import { fitNewton } from '../linear/fit-newton.ts';
import { trainTrees } from '../trees/train-trees.ts';
import { pairFacts } from './pair-facts.ts';
import { pairFeatureCount, pairFeatures } from './pair-features.ts';
import {
  mostSubtasks,
  type OrderModel,
  type PairScores,
  pairScores,
  relate,
  relationSize,
  treeInputs,
  weigh,
} from './score-edges.ts';

/** Subtasks of one request, and which must come before which. */
export interface OrderRow {
  readonly request: string;
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
  /** What must not be divided between folds: a repository, or the row itself. */
  readonly source: string;
}

/** Options of {@link trainOrder}. */
export interface TrainOrderOptions {
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Passes over the rows, default 6. */
  readonly epochs?: number | undefined;
  /** Default 5. */
  readonly folds?: number | undefined;
}

interface Graph {
  readonly facts: ReturnType<typeof pairFacts>;
  readonly pairs: (SparseVector | undefined)[];
  /** Direct edges. [n²] */
  readonly truth: Uint8Array;
  /** Direct and indirect edges. [n²] */
  readonly closure: Uint8Array;
  readonly count: number;
  readonly fold: number;
}

/**
 * Fits the dependency scorer: logistic regression on the features of pairs, then on how a pair's score stands among the others,
 * and by trees on that and on what the pair is about; both with scores from parts of the rows that leave the pair's own source out.
 */
export function trainOrder(rows: readonly OrderRow[], options: TrainOrderOptions = {}): OrderModel {
  const { seed = 0, epochs = 6, folds = 5 } = options;
  const graphs = toGraphs(rows, folds, seed);
  const fitBoth = (chosen: readonly Graph[]): Pick<OrderModel, 'edge' | 'path'> => ({
    edge: fitPairs(chosen, 'truth', epochs, seed),
    path: fitPairs(chosen, 'closure', epochs, seed),
  });
  const left = Array.from({ length: folds }, (_, fold) => fitBoth(graphs.filter((graph) => graph.fold !== fold)));
  const scored = graphs.map((graph) => {
    const { edge, path } = left[graph.fold] as (typeof left)[number];
    return { graph, scores: { edge: pairScores(edge, graph.pairs), path: pairScores(path, graph.pairs) } };
  });
  return { ...fitBoth(graphs), ...fitRelation(scored) };
}

function toGraphs(rows: readonly OrderRow[], folds: number, seed: number): Graph[] {
  const random = new Random(seed);
  const foldOf = new Map<string, number>();
  for (const { source } of rows) if (!foldOf.has(source)) foldOf.set(source, random.integer(0, folds - 1));
  return rows
    .filter(({ nodes }) => nodes.length > 1 && nodes.length <= mostSubtasks)
    .map(({ request, nodes, edges, source }) => {
      const truth = new Uint8Array(nodes.length ** 2);
      for (const [before, after] of edges) truth[before * nodes.length + after] = 1;
      const closure = closureOf(truth, nodes.length);
      const fold = foldOf.get(source) as number;
      return {
        facts: pairFacts(request, nodes),
        pairs: pairFeatures(request, nodes),
        truth,
        closure,
        count: nodes.length,
        fold,
      };
    });
}

/** Everything that must come before something, directly or not. */
function closureOf(edges: Uint8Array, n: number): Uint8Array {
  const closure = edges.slice();
  for (let through = 0; through < n; through++) {
    for (let from = 0; from < n; from++) {
      if (!closure[from * n + through]) continue;
      for (let to = 0; to < n; to++) if (closure[through * n + to]) closure[from * n + to] = 1;
    }
  }
  return closure;
}

/** Logistic regression by AdaGrad; every graph counts alike, whatever its number of pairs. */
function fitPairs(graphs: readonly Graph[], target: 'truth' | 'closure', epochs: number, seed: number): Float32Array {
  const weights = new Float32Array(pairFeatureCount);
  const squares = new Float32Array(pairFeatureCount).fill(0.1);
  const random = new Random(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.2 * (1 - epoch / epochs);
    for (const index of random.permutation(graphs.length)) {
      const { pairs, count, [target]: truth } = graphs[index] as Graph;
      const scores = pairScores(weights, pairs);
      const share = 2 / Math.sqrt(count);
      pairs.forEach((pair, at) => {
        if (!pair) return;
        const error = share * (1 / (1 + Math.exp(-(scores[at] as number))) - (truth[at] as number));
        pair.indices.forEach((feature, entry) => {
          const slope = error * (pair.values[entry] as number) + 1e-4 * (weights[feature] as number);
          const sum = (squares[feature] as number) + slope * slope;
          squares[feature] = sum;
          weights[feature] = (weights[feature] as number) - (rate * slope) / Math.sqrt(sum);
        });
      });
    }
  }
  return weights;
}

/** Small trees: they speak of what is true of many pairs. */
const growth = { trees: 80, leaves: 8, leastRows: 100, pull: 5, rate: 0.1 };

function fitRelation(
  scored: readonly { readonly graph: Graph; readonly scores: PairScores }[],
): Pick<OrderModel, 'relation' | 'trees'> {
  const rows = scored.flatMap(({ graph: { count, truth, facts }, scores }) =>
    Array.from(scores.edge.keys()).flatMap((at) => {
      const [i, j] = [Math.floor(at / count), at % count];
      if (i === j) return [];
      const inputs = relate(scores, count, i, j);
      const all = treeInputs(inputs, count, facts(i, j));
      return [{ inputs, all, target: truth[at] as number, weight: 1 / Math.sqrt(count) }];
    }),
  );
  const pulls = new Array<number>(relationSize).fill(1);
  const relation = Float32Array.from(fitNewton(rows, { pulls, steps: 8, isLogistic: true }));
  const open = rows.map(({ inputs, all, target, weight }) => ({
    inputs: all,
    target,
    weight,
    given: weigh(relation, inputs),
  }));
  return { relation, trees: trainTrees(open, growth) };
}
