import type { OrderEdge } from '../model/prediction.ts';
import { keepAcyclic } from '../plan/acyclic.ts';

/** The edges that score at least 0, likeliest first, without those that would close a cycle. */
export function decodeOrder(scores: Float32Array, count: number): readonly OrderEdge[] {
  const likely: { readonly score: number; readonly edge: OrderEdge }[] = [];
  scores.forEach((score, at) => {
    if (score >= 0) likely.push({ score, edge: [Math.floor(at / count), at % count] });
  });
  likely.sort((a, b) => b.score - a.score);
  return keepAcyclic(
    likely.map(({ edge }) => edge),
    count,
  );
}
