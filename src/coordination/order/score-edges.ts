import { type BoostedTrees, scoreTrees } from '../trees/boosted-trees.ts';
import { listFacts } from './list-facts.ts';
import { pairFacts } from './pair-facts.ts';
import { pairFeatureCount, pairFeatures } from './pair-features.ts';

/** Weights of the dependency scorer. */
export interface OrderModel {
  /** Of hashed features of a pair, for "comes right before". [pairFeatureCount] */
  readonly edge: Float32Array;
  /** Of hashed features of a pair, for "comes somewhere before". [pairFeatureCount] */
  readonly path: Float32Array;
  /** Of a pair's scores among those of the other pairs. [relationSize] */
  readonly relation: Float32Array;
  /** Correct the relation's score by what the pair is about, see `treeInputs`. */
  readonly trees: BoostedTrees;
  /** The log-odds from which an edge of a list is worth drawing, by how the list is written, see `listFacts`. */
  readonly bar: BoostedTrees;
}

/** Scores of all pairs by their own features, −∞ on the diagonal; each [n²]. */
export interface PairScores {
  readonly edge: Float32Array;
  readonly path: Float32Array;
}

/** Values that set a pair's scores against the others'. */
export const relationSize = 14;

/** Most subtasks that are set in order; their pairs grow with the square. */
export const mostSubtasks = 64;

/**
 * How far the log-odds that subtask i must come before subtask j lie above the list's bar, row by row; −∞ on the diagonal. [n, n]
 * Subtasks above {@link mostSubtasks} depend on nothing.
 */
export function scoreEdges(model: OrderModel, request: string, subtasks: readonly string[]): Float32Array {
  const n = Math.min(subtasks.length, mostSubtasks);
  const read = subtasks.slice(0, n);
  const pairs = pairFeatures(request, read);
  const scores = { edge: pairScores(model.edge, pairs), path: pairScores(model.path, pairs) };
  const facts = pairFacts(request, read);
  const bar = scoreTrees(model.bar, listFacts(request, read));
  const inner = Float32Array.from(scores.edge, (score, at) => {
    if (score === Number.NEGATIVE_INFINITY) return score;
    const [i, j] = [Math.floor(at / n), at % n];
    const related = relate(scores, n, i, j);
    return scorePair(model, related, treeInputs(related, facts(i, j))) - bar;
  });
  if (n === subtasks.length) return inner;
  const all = new Float32Array(subtasks.length ** 2).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < n; row++) all.set(inner.subarray(row * n, (row + 1) * n), row * subtasks.length);
  return all;
}

/** Scores of pairs by their features alone, −∞ on the diagonal. [n²] */
export function pairScores(weights: Float32Array, pairs: ReturnType<typeof pairFeatures>): Float32Array {
  return Float32Array.from(pairs, (pair) => {
    if (!pair) return Number.NEGATIVE_INFINITY;
    let score = 0;
    pair.indices.forEach((feature, entry) => {
      score += (pair.values[entry] as number) * (weights[feature % pairFeatureCount] as number);
    });
    return score;
  });
}

/**
 * A pair's scores and those of its reverse, the best other ways out of i, into j, out of j and into i, the best way through a
 * third subtask and how many lie between, and the number of subtasks: whether an edge stands depends on the others. [relationSize]
 */
export function relate({ edge, path }: PairScores, n: number, i: number, j: number): number[] {
  const at = (row: number, column: number): number => edge[row * n + column] as number;
  const before = (row: number, column: number): number => sigmoid(path[row * n + column] as number);
  let [outOfFirst, intoSecond, outOfSecond, intoFirst, through, between] = [-8, -8, -8, -8, -8, 0];
  for (let other = 0; other < n; other++) {
    if (other === i || other === j) continue;
    outOfFirst = Math.max(outOfFirst, at(i, other));
    intoSecond = Math.max(intoSecond, at(other, j));
    outOfSecond = Math.max(outOfSecond, at(j, other));
    intoFirst = Math.max(intoFirst, at(other, i));
    through = Math.max(through, Math.min(at(i, other), at(other, j)));
    between += before(i, other) * before(other, j);
  }
  const score = at(i, j);
  const ways = [score - outOfFirst, score - intoSecond, outOfSecond, intoFirst, through];
  const order = [path[i * n + j] as number, path[j * n + i] as number, between, before(i, j) * between];
  return [score, at(j, i), ...ways, ...order, Math.log(n), n === 2 ? 1 : 0, 1];
}

/** Log-odds of a pair, from its relation to the other pairs and what the trees read of it. */
export function scorePair(
  { relation, trees }: Pick<OrderModel, 'relation' | 'trees'>,
  related: readonly number[],
  all: Float32Array,
): number {
  return weigh(relation, related) + scoreTrees(trees, all);
}

/** A pair's score by its relation to the other pairs. */
export function weigh(relation: ArrayLike<number>, related: readonly number[]): number {
  return related.reduce((sum, value, place) => sum + value * (relation[place] as number), 0);
}

/** What the trees read of a pair: its relation to the others, and its facts. */
export function treeInputs(related: readonly number[], facts: readonly number[]): Float32Array {
  return Float32Array.of(...related, ...facts);
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
