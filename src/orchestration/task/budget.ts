import { z } from 'zod';

/** Upper bounds of what may be spent. Absent means unbounded. */
export interface Budget {
  /** Tokens in and out together. */
  readonly tokens?: number | undefined;
  /** Money, in US dollars. */
  readonly usd?: number | undefined;
  /** Wall time from the first spending. */
  readonly durationMs?: number | undefined;
  /** Executions of handlers. */
  readonly steps?: number | undefined;
  /** Levels of expansion below the task. */
  readonly depth?: number | undefined;
}

/** What something has used. */
export interface Usage {
  readonly tokensIn?: number | undefined;
  readonly tokensOut?: number | undefined;
  readonly usd?: number | undefined;
  /** Executions of handlers; the engine counts these itself. */
  readonly steps?: number | undefined;
}

const amount = z.number().nonnegative().optional();

/** Schema of {@link Budget}. */
export const budgetSchema: z.ZodType<Budget> = z.strictObject({
  tokens: amount,
  usd: amount,
  durationMs: amount,
  steps: amount,
  depth: amount,
});

/** Schema of {@link Usage}. */
export const usageSchema: z.ZodType<Usage> = z.strictObject({
  tokensIn: amount,
  tokensOut: amount,
  usd: amount,
  steps: amount,
});
