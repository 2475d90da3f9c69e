import { sleep, systemClock } from '../../../../core/clock.ts';
import { RexError } from '../../../../core/errors.ts';

/** How long something is tried again. */
export interface Persistence {
  readonly reconnectTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const longestPauseMs = 2_000;

/** Repeats a step that may be repeated while only the link is in the way. @throws what the last attempt threw */
export async function persist<Value>(step: () => Promise<Value>, options: Persistence): Promise<Value> {
  let cutAt: number | undefined;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    options.signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      const isLink = RexError.is(error, 'CONNECTION_FAILED') || RexError.is(error, 'OUTCOME_UNKNOWN');
      cutAt ??= performance.now();
      if (!isLink || performance.now() - cutAt > options.reconnectTimeoutMs) throw error;
    }
    await sleep(systemClock, pauseMs, options.signal);
  }
}
