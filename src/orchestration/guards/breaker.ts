import { attempt, type Guard, refusal } from './guard.ts';

/** When {@link breaker} opens and closes. */
export interface BreakerOptions {
  /** Failures within the window that open it. Default 5. */
  readonly failures?: number;
  /** Time that it stays open. Default 60,000. */
  readonly openMs?: number;
  /** Successes in a row, after that time, that close it. Default 2. */
  readonly successes?: number;
  /** Time for which a failure counts. Default 300,000. */
  readonly windowMs?: number;
}

/**
 * Refuses with `CIRCUIT_OPEN` while what is guarded keeps failing. After `openMs` one execution at a time is let
 * through: enough successes close the breaker, a failure opens it again. All handlers behind one guard share its state.
 */
export function breaker(options: BreakerOptions = {}): Guard {
  const { failures = 5, openMs = 60_000, successes = 2, windowMs = 300_000 } = options;
  let failedAt: number[] = [];
  let opensAgainAt: number | undefined;
  let succeeded = 0;
  let isProbing = false;

  const open = (now: number): void => {
    opensAgainAt = now + openMs;
    succeeded = 0;
  };
  const onFailure = (now: number): void => {
    failedAt = [...failedAt.filter((at) => now - at < windowMs), now].slice(-failures);
    if (opensAgainAt !== undefined || failedAt.length >= failures) open(now);
  };
  const onSuccess = (): void => {
    if (opensAgainAt === undefined) return;
    succeeded += 1;
    if (succeeded < successes) return;
    opensAgainAt = undefined;
    failedAt = [];
  };

  return (next) => async (task, context) => {
    const { clock } = context;
    const isProbe = opensAgainAt !== undefined;
    if (opensAgainAt !== undefined && (isProbing || clock.now() < opensAgainAt)) {
      const facts = { opensAgainAt, failures: failedAt.length };
      return refusal('CIRCUIT_OPEN', `${context.agent} keeps failing and rests`, facts, {
        hint: 'Try again after opensAgainAt, or use a fallback.',
      });
    }
    isProbing ||= isProbe;
    try {
      const outcome = await attempt(next, task, context);
      // An execution that began before the breaker opened says nothing about whether it may close.
      if (outcome.kind === 'fail') {
        if (!context.signal.aborted) onFailure(clock.now());
      } else if (isProbe) {
        onSuccess();
      }
      return outcome;
    } finally {
      if (isProbe) isProbing = false;
    }
  };
}
