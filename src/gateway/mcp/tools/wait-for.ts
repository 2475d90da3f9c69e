import type { ToolContext } from '../../../agents/tools/tool.ts';
import type { Clock } from '../../../core/clock.ts';
import { sleep } from '../../../core/clock.ts';

const progressEveryMs = 1000;
/** One for all: making an error takes longer than most calls of this function. */
const over = new Error('the wait is over');

/** What is waited for. */
export interface Waiting {
  readonly promise: Promise<unknown>;
  readonly timeMs: number;
  readonly clock: Clock;
  /** What to tell the caller meanwhile. */
  readonly say: () => string;
}

/** Waits until something happens, the time is over or the caller gives up; the caller hears about it every second. */
export async function waitFor({ promise, timeMs, clock, say }: Waiting, context: ToolContext): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const started = clock.now();
  const report = async (): Promise<void> => {
    while (await sleep(clock, progressEveryMs, signal)) {
      context.progress({ message: say(), done: Math.round((clock.now() - started) / 1000) });
    }
  };
  const reporting = timeMs > progressEveryMs ? report() : undefined;
  try {
    await Promise.race([promise, sleep(clock, timeMs, signal)]);
  } finally {
    stop.abort(over);
    await reporting;
  }
}
