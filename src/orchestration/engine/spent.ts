import type { Usage } from '../task/budget.ts';

/** Amounts spent. */
export interface Spent {
  tokens: number;
  usd: number;
  steps: number;
}

/** No spending. */
export function nothingSpent(): Spent {
  return { tokens: 0, usd: 0, steps: 0 };
}

/** Adds a usage to what is spent. */
export function addUsage(spent: Spent, { tokensIn = 0, tokensOut = 0, usd = 0, steps = 0 }: Usage): void {
  spent.tokens += tokensIn + tokensOut;
  spent.usd += usd;
  spent.steps += steps;
}
