const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What ends a command in an orderly way, from outside or from within. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal;
  abort(): void;
}

/** Aborts at the first signal that asks for an end; a second one ends the process at once, with exit code 130. */
export function stopOnSignal(): Stop {
  const controller = new AbortController();
  let isAsked = false;
  const onSignal = (): void => {
    if (isAsked) {
      process.stderr.write('\nended at once; hrm-rex runs tells what can be resumed\n');
      process.exit(130);
    }
    isAsked = true;
    controller.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
