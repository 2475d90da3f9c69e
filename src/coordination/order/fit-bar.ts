import { type BoostedTrees, noTrees } from '../trees/boosted-trees.ts';
import { trainTrees } from '../trees/train-trees.ts';
import { decodeOrder } from './decode-order.ts';

/** A graph and what a model that has not seen it says of its pairs. */
export interface JudgedGraph {
  readonly kind: string;
  /** See `listFacts`. */
  readonly list: Float32Array;
  /** Direct edges. [n²] */
  readonly truth: Uint8Array;
  /** Log-odds of each pair, −∞ on the diagonal. [n²] */
  readonly scores: Float32Array;
  readonly count: number;
}

/** Probabilities that are tried as a bar. */
const bars = Array.from({ length: 20 }, (_, step) => 0.06 + 0.02 * step);

const growth = { trees: 60, leaves: 8, leastRows: 20, pull: 1, rate: 0.15 };

/** Log-odds from which edges are drawn, by how a list is written: trees that tell for each kind of graph where its F1 is greatest. */
export function fitBar(graphs: readonly JudgedGraph[]): BoostedTrees {
  if (graphs.length === 0) return noTrees;
  const barOf = new Map<string, number>();
  for (const kind of new Set(graphs.map((graph) => graph.kind))) {
    barOf.set(kind, bestBar(graphs.filter((graph) => graph.kind === kind)));
  }
  const rows = graphs.map(({ kind, list }) => ({ inputs: list, target: barOf.get(kind) as number, weight: 1 }));
  return trainTrees(rows, growth);
}

/** The bar with the greatest F1 of all edges, each bar's F1 taken with those beside it. */
function bestBar(graphs: readonly JudgedGraph[]): number {
  const scores = bars.map((bar) => f1At(graphs, bar));
  const smooth = scores.map((score, at) => (score + (scores[at - 1] ?? score) + (scores[at + 1] ?? score)) / 3);
  return bars[smooth.indexOf(Math.max(...smooth))] as number;
}

function f1At(graphs: readonly JudgedGraph[], bar: number): number {
  const least = Math.log(bar / (1 - bar));
  let [right, drawn, wanted] = [0, 0, 0];
  for (const { scores, truth, count } of graphs) {
    const above = scores.map((score) => score - least);
    for (const [before, after] of decodeOrder(above, count)) {
      drawn += 1;
      right += truth[before * count + after] as number;
    }
    wanted += truth.reduce((sum, edge) => sum + edge, 0);
  }
  return (2 * right) / Math.max(1, drawn + wanted);
}
