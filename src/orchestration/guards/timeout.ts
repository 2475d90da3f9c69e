import { sleep } from '../../core/clock.ts';
import { attempt, type Guard, refusal, withContext } from './guard.ts';

/** How {@link timeout} ends. */
export interface TimeoutOptions {
  /** Time for the handler to end after its signal was aborted. Default 5,000. */
  readonly graceMs?: number;
}

/**
 * Aborts the signal of what takes longer than `timeoutMs`, waits for its real end, and fails with `HANDLER_TIMEOUT`.
 * A handler that ignores its signal is left behind after the grace, and the error says so (`stillRunning`).
 */
export function timeout(timeoutMs: number, { graceMs = 5_000 }: TimeoutOptions = {}): Guard {
  return (next) => async (task, context) => {
    const { clock } = context;
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(context.signal.reason);
    context.signal.addEventListener('abort', onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    let isLate = false;
    const cancel = clock.setTimer(timeoutMs, () => {
      isLate = true;
      controller.abort(new Error(`the time of ${timeoutMs} ms is over`));
    });
    const work = attempt(next, task, withContext(context, { signal: controller.signal }));
    const left = new AbortController();
    const overdue = new Promise<undefined>((resolve) => {
      const onLate = (): void => {
        if (isLate) void sleep(clock, graceMs, left.signal).then(() => resolve(undefined));
      };
      controller.signal.addEventListener('abort', onLate, { once: true });
    });
    try {
      const outcome = await Promise.race([work, overdue]);
      if (!isLate || outcome?.kind === 'done') return outcome as Awaited<typeof work>;
      const facts = { node: context.node, timeoutMs, stillRunning: outcome === undefined };
      return refusal('HANDLER_TIMEOUT', `${context.node}: no result within ${timeoutMs} ms`, facts, {
        retryable: outcome !== undefined,
      });
    } finally {
      cancel();
      left.abort();
      context.signal.removeEventListener('abort', onAbort);
    }
  };
}
