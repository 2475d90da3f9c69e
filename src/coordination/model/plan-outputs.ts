/**
 * Columns of a plan as the heads give it: log-odds of the agents, log-odds of `composite`, log(1 + changed lines), logits of
 * the effort shares (the linear path's order until here), logits of the difficulty levels, log-odds of the subtask kinds
 * code, tool and system.
 */
export const planOutputs = {
  agents: 0,
  composite: 18,
  lines: 19,
  effort: 20,
  difficulty: 38,
  groups: 42,
  count: 45,
} as const;

/** Highest log(1 + changed lines) of the difficulty levels 0, 1 and 2. */
export const levelBounds: readonly number[] = [15, 80, 300].map((lines) => Math.log(1 + lines + 0.5));
