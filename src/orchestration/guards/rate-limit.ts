import { sleep } from '../../core/clock.ts';
import { attempt, type Guard, refusal } from './guard.ts';

/** How {@link rateLimit} limits. */
export interface RateLimitOptions {
  /** Waits for its turn; otherwise the task fails with `RATE_LIMITED`. Default false. */
  readonly wait?: boolean;
}

const WINDOW_MS = 60_000;

/** Lets at most `perMinute` executions begin within any minute (default 60). Handlers behind one guard share the limit. */
export function rateLimit(perMinute = 60, { wait = false }: RateLimitOptions = {}): Guard {
  // Start times of the last executions, and of those that wait for theirs, in a ring.
  const starts: number[] = [];
  let next = 0;
  return (handler) => async (task, context) => {
    const { clock, signal } = context;
    const now = clock.now();
    const opensAt = starts.length < perMinute ? now : (starts[next] as number) + WINDOW_MS;
    if (opensAt > now && !wait) {
      const facts = { perMinute, retryAfterMs: opensAt - now };
      return refusal('RATE_LIMITED', `more than ${perMinute} in a minute`, facts, {
        hint: 'Try again after retryAfterMs, or let the guard wait.',
      });
    }
    starts[next] = Math.max(now, opensAt);
    next = (next + 1) % perMinute;
    if (opensAt > now) await sleep(clock, opensAt - now, signal);
    return attempt(handler, task, context);
  };
}
