import { Random } from '../../hrm/random.ts';
import type { SparseVector } from '../encoder/encoded-task.ts';
import { fitBar } from './fit-bar.ts';
import { fitRelation, type RelationRow, relationRows, scoreRows } from './fit-relation.ts';
import { listFacts } from './list-facts.ts';
import { pairFacts } from './pair-facts.ts';
import { pairFeatureCount, pairFeatures } from './pair-features.ts';
import { mostSubtasks, type OrderModel, pairScores } from './score-edges.ts';

/** Subtasks of one request, and which must come before which. */
export interface OrderRow {
  readonly request: string;
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
  /** What must not be divided between folds: a repository, or the row itself. */
  readonly source: string;
  /** What kind of graph it is: edges of each kind are drawn from a probability of its own on. */
  readonly kind: string;
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
  readonly kind: string;
  /** See `listFacts`. */
  readonly list: Float32Array;
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
 * and by trees on that and on what the pair is about; both with scores from parts of the rows that leave the pair's own source out,
 * as is the bar from which edges are drawn.
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
    const scores = { edge: pairScores(edge, graph.pairs), path: pairScores(path, graph.pairs) };
    return { graph, rows: relationRows(graph, scores) };
  });
  const rowsOf = (chosen: typeof scored): RelationRow[] => chosen.flatMap(({ rows }) => rows);
  const judged = Array.from({ length: folds }, (_, fold) => {
    const own = scored.filter(({ graph }) => graph.fold === fold);
    if (own.length === 0) return [];
    const fitted = fitRelation(rowsOf(scored.filter(({ graph }) => graph.fold !== fold)));
    return own.map(({ graph, rows }) => ({ ...graph, scores: scoreRows(fitted, graph.count, rows) }));
  });
  return { ...fitBoth(graphs), ...fitRelation(rowsOf(scored)), bar: fitBar(judged.flat()) };
}

function toGraphs(rows: readonly OrderRow[], folds: number, seed: number): Graph[] {
  const random = new Random(seed);
  const foldOf = new Map<string, number>();
  for (const { source } of rows) if (!foldOf.has(source)) foldOf.set(source, random.integer(0, folds - 1));
  return rows
    .filter(({ nodes }) => nodes.length > 1 && nodes.length <= mostSubtasks)
    .map(({ request, nodes, edges, source, kind }) => {
      const truth = new Uint8Array(nodes.length ** 2);
      for (const [before, after] of edges) truth[before * nodes.length + after] = 1;
      const closure = closureOf(truth, nodes.length);
      const fold = foldOf.get(source) as number;
      return {
        kind,
        list: Float32Array.from(listFacts(request, nodes)),
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
