/** Where time comes from, so that tests and replays can bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. Infinity never calls. */
  setTimer(delayMs: number, callback: () => void, options?: TimerOptions): () => void;
}

/** How a timer behaves. */
export interface TimerOptions {
  /** The process may end while the timer waits. Default false. */
  readonly background?: boolean;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. Delays beyond 24 days are split, since platform timers cannot hold them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, callback, { background = false } = {}) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, MAX_TIMER_MS);
      timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : callback()), Math.max(0, stepMs));
      if (background) (timer as { unref?: () => void }).unref?.();
    };
    if (delayMs !== Number.POSITIVE_INFINITY) arm(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs` by the given clock, or at once when the signal aborts; true when the time has passed. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
