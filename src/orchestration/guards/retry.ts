import { sleep } from '../../core/clock.ts';
import type { Handler, HandlerContext } from '../task/handler.ts';
import { attempt, type Guard } from './guard.ts';

/** How {@link retry} repeats. */
export interface RetryOptions {
  /** Executions in all. Default 3. */
  readonly attempts?: number;
  /** Pause before the second execution. Default 1,000. */
  readonly baseMs?: number;
  /** Each pause is this many times the one before. Default 2. */
  readonly factor?: number;
  /** Longest pause. Default 60,000. */
  readonly maxMs?: number;
  /** Share by which a pause varies either way, 0 to 1. Default 0.1. */
  readonly jitter?: number;
  /** Does the task when every attempt has failed. Default: the last failure is the outcome. */
  readonly escalate?: Handler;
}

/**
 * Repeats after a failure that is retryable, with growing pauses, then escalates. A failure that is not retryable
 * escalates at once.
 */
export function retry(options: RetryOptions = {}): Guard {
  const { attempts = 3, escalate } = options;
  return (next) => async (task, context) => {
    for (let tried = 1; ; tried++) {
      const outcome = await attempt(next, task, context);
      if (outcome.kind !== 'fail' || context.signal.aborted) return outcome;
      if (outcome.error.retryable && tried < attempts) {
        context.note('retry', { tried, code: outcome.error.code });
        if (await sleep(context.clock, pauseMs(tried, options, context), context.signal)) continue;
        return outcome;
      }
      if (!escalate) return outcome;
      context.note('escalated', { tried, code: outcome.error.code });
      return escalate(task, context);
    }
  };
}

function pauseMs(tried: number, options: RetryOptions, { random }: HandlerContext): number {
  const { baseMs = 1_000, factor = 2, maxMs = 60_000, jitter = 0.1 } = options;
  const exact = Math.min(maxMs, baseMs * factor ** (tried - 1));
  return Math.min(maxMs, exact * (1 + jitter * (2 * random() - 1)));
}
