import type { OrderEdge } from '../model/prediction.ts';
import { keepAcyclic } from '../plan/acyclic.ts';

/** Probability from which an edge is drawn: half of the F1 that can be reached is where F1 is greatest. */
export const leastEdge = 0.18;

/** The likely edges, likeliest first, without those that would close a cycle. */
export function decodeOrder(scores: Float32Array, count: number): readonly OrderEdge[] {
  const minimum = Math.log(leastEdge / (1 - leastEdge));
  const likely: { readonly score: number; readonly edge: OrderEdge }[] = [];
  scores.forEach((score, at) => {
    if (score >= minimum) likely.push({ score, edge: [Math.floor(at / count), at % count] });
  });
  likely.sort((a, b) => b.score - a.score);
  return keepAcyclic(
    likely.map(({ edge }) => edge),
    count,
  );
}
