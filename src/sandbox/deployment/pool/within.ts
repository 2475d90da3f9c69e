import type { Clock } from '../../../core/clock.ts';

/** The value of a promise, or `otherwise` when it has not settled in time. */
export function within<Value, Otherwise>(
  clock: Clock,
  promise: Promise<Value>,
  timeMs: number,
  otherwise: Otherwise,
): Promise<Value | Otherwise> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(timeMs, () => resolve(otherwise));
    promise.then(resolve, reject).finally(cancel);
  });
}
