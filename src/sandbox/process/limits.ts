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
  let last = performance.now();
  let deafMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  const fire = (reason: ExitReason) => {
    dispose();
    onLimit(reason);
  };
  const onAbort = () => fire('abort');
  const watchIdle = (limit: number, due = last) => {
    const now = performance.now();
    if (now - due > DEAF_MS) deafMs += now - due;
    const left = last + limit + deafMs - now;
    if (left <= 0) return fire('idle');
    const waitMs = Math.min(Math.ceil(left), longestTimerMs);
    idleTimer = setTimeout(() => watchIdle(limit, now + waitMs), waitMs);
  };
  const watchTime = (limit: number) => {
    const due = performance.now() + limit;
    timer = setTimeout(() => {
      const lateMs = performance.now() - due;
      if (lateMs > DEAF_MS) timer = setTimeout(() => fire('timeout'), Math.min(lateMs, longestTimerMs));
      else fire('timeout');
    }, limit);
  };
  if (usable(timeoutMs)) watchTime(timeoutMs);
  if (usable(idleTimeoutMs)) watchIdle(idleTimeoutMs);
  function dispose(): void {
    clearTimeout(timer);
    clearTimeout(idleTimer);
    signal?.removeEventListener('abort', onAbort);
  }
  if (signal?.aborted) queueMicrotask(onAbort);
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    touch: () => {
      last = performance.now();
      deafMs = 0;
    },
    [Symbol.dispose]: dispose,
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
