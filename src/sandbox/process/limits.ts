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

const longestTimerMs = 2 ** 31 - 1;

/**
 * Watches time, silence and abort, and calls `onLimit` once, with what came first. Silence is measured without a timer
 * per chunk of output.
 * @throws INVALID_ARGUMENT for a time that is no positive number.
 */
export function armLimits(options: LimitOptions, onLimit: (reason: ExitReason) => void): Limits {
  const { timeoutMs, idleTimeoutMs, signal } = options;
  checkLimits(options);
  let last = performance.now();
  let idleTimer: NodeJS.Timeout | undefined;
  const fire = (reason: ExitReason) => {
    dispose();
    onLimit(reason);
  };
  const onAbort = () => fire('abort');
  const watchIdle = (limit: number) => {
    const left = last + limit - performance.now();
    if (left <= 0) fire('idle');
    else idleTimer = setTimeout(() => watchIdle(limit), Math.min(Math.ceil(left), longestTimerMs));
  };
  const timer = usable(timeoutMs) ? setTimeout(() => fire('timeout'), timeoutMs) : undefined;
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
