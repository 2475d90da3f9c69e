import type { Clock } from '../../../core/clock.ts';

/** Calls `inspect`, which never rejects, at intervals, one after another; disposing ends that. */
export function watchPlace(options: {
  readonly clock: Clock;
  readonly intervalMs: number;
  inspect(): Promise<void>;
}): Disposable {
  const { clock, intervalMs, inspect } = options;
  let isOver = false;
  let cancel: () => void = () => {};
  const arm = (): void => {
    if (isOver) return;
    cancel = clock.setTimer(intervalMs, () => void inspect().then(arm), { background: true });
  };
  arm();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      cancel();
    },
  };
}
