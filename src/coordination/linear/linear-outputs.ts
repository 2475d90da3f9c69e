/**
 * Outputs of the linear path, in order: log-odds of the 18 agent kinds, log-odds of `composite`, the natural logarithm
 * of 1 + expected changed lines, and logits of the effort share of the 18 kinds.
 */
export const linearOutputs = { agents: 0, composite: 18, lines: 19, effort: 20, count: 38 } as const;

/** Expected number of agents by some scores. */
export function called(scores: Float32Array): number {
  let sum = 0;
  for (let kind = 0; kind < linearOutputs.composite; kind++) sum += 1 / (1 + Math.exp(-(scores[kind] as number)));
  return sum;
}
