import { invalidArgument } from '../../core/errors.ts';
import type { ExitReason } from './process-handle.ts';

/** The three ways a caller bounds a command. */
export interface LimitOptions {
  readonly timeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Armed limits: `touch` on output, `dispose` at the end. */
export interface Limits extends Disposable {
  touch(): void;
}

/** A timer that comes later than this says that the event loop stood still. */
const DEAF_MS = 20;

const longestTimerMs = 2 ** 31 - 1;

/**
 * Watches time, silence and abort, and calls `onLimit` once, with what came first. Silence is measured without a timer
 * per chunk of output. Time in which the event loop stood still does not count: what was printed and what ended meanwhile
 * is heard first.
 * @throws INVALID_ARGUMENT for a time that is no positive number.
 */
export function armLimits(options: LimitOptions, onLimit: (reason: ExitReason) => void): Limits {
  const { timeoutMs, idleTimeoutMs, signal } = options;
  checkLimits(options);
  const fire = (reason: ExitReason) => {
    dispose();
    onLimit(reason);
  };
  const onAbort = () => fire('abort');
  const time = usable(timeoutMs) ? countDown(timeoutMs, () => fire('timeout')) : undefined;
  const silence = usable(idleTimeoutMs) ? countDown(idleTimeoutMs, () => fire('idle')) : undefined;
  function dispose(): void {
    time?.[Symbol.dispose]();
    silence?.[Symbol.dispose]();
    signal?.removeEventListener('abort', onAbort);
  }
  if (signal?.aborted) queueMicrotask(onAbort);
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    touch: () => silence?.touch(),
    [Symbol.dispose]: dispose,
  };
}

/** Calls `onEnd` after a time in which this process listened; `touch` begins the time anew. */
function countDown(limitMs: number, onEnd: () => void): Limits {
  let last = performance.now();
  let deafMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const leftMs = last + limitMs + deafMs - performance.now();
    if (leftMs <= 0) {
      onEnd();
      return;
    }
    const waitMs = Math.min(Math.ceil(leftMs), longestTimerMs);
    const due = performance.now() + waitMs;
    timer = setTimeout(() => {
      const lateMs = performance.now() - due;
      // It may have stood still before it was due, too: half of the wait is taken again, so that every wait ends.
      if (lateMs > DEAF_MS) deafMs += lateMs + Math.min(lateMs, waitMs / 2);
      wait();
    }, waitMs);
  };
  wait();
  return {
    touch: () => {
      last = performance.now();
      deafMs = 0;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** @throws INVALID_ARGUMENT for a limit that is no positive number. */
export function checkLimits(options: LimitOptions): void {
  checkDuration('timeoutMs', options.timeoutMs);
  checkDuration('idleTimeoutMs', options.idleTimeoutMs);
}

/** @throws INVALID_ARGUMENT unless the value is absent or a positive number. */
export function checkDuration(argument: string, value: number | undefined): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !(value > 0)) {
    throw invalidArgument(argument, 'a positive number of milliseconds', value);
  }
}

/** @throws INVALID_ARGUMENT unless the value is absent or a whole number of at least `least`. */
export function checkBytes(argument: string, value: number | undefined, least = 1): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < least) throw invalidArgument(argument, `a whole number >= ${least}`, value);
}

function usable(duration: number | undefined): duration is number {
  return duration !== undefined && duration <= longestTimerMs;
}
