import { fitNewton } from '../linear/fit-newton.ts';
import { trainTrees } from '../trees/train-trees.ts';
import type { pairFacts } from './pair-facts.ts';
import { type OrderModel, type PairScores, relate, relationSize, scorePair, treeInputs, weigh } from './score-edges.ts';

/** A graph whose pairs the relation learns. */
export interface RelatedGraph {
  readonly count: number;
  /** Direct edges. [n²] */
  readonly truth: Uint8Array;
  readonly facts: ReturnType<typeof pairFacts>;
}

/** A pair as the relation and its trees learn it. */
export interface RelationRow {
  /** Place among the pairs of its graph. */
  readonly at: number;
  /** What the relation reads. */
  readonly inputs: readonly number[];
  /** What the trees read. */
  readonly all: Float32Array;
  readonly target: number;
  readonly weight: number;
}

/** Small trees: they speak of what is true of many pairs. */
const growth = { trees: 120, leaves: 10, leastRows: 100, pull: 5, rate: 0.08 };

/** The pairs of a graph by what stands around them. */
export function relationRows({ count, truth, facts }: RelatedGraph, scores: PairScores): RelationRow[] {
  return Array.from(scores.edge.keys()).flatMap((at) => {
    const [i, j] = [Math.floor(at / count), at % count];
    if (i === j) return [];
    const related = relate(scores, count, i, j);
    const all = treeInputs(related, facts(i, j));
    return [{ at, inputs: related, all, target: truth[at] as number, weight: 1 / Math.sqrt(count) }];
  });
}

/** Fits the relation, and trees that correct it. */
export function fitRelation(rows: readonly RelationRow[]): Pick<OrderModel, 'relation' | 'trees'> {
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

/** Log-odds of a graph's pairs, −∞ on the diagonal. [n²] */
export function scoreRows(
  model: Pick<OrderModel, 'relation' | 'trees'>,
  count: number,
  rows: readonly RelationRow[],
): Float32Array {
  const scores = new Float32Array(count * count).fill(Number.NEGATIVE_INFINITY);
  for (const { at, inputs, all } of rows) scores[at] = scorePair(model, inputs, all);
  return scores;
}
