/** A signal that is aborted with the first of the given ones, until it is disposed; it keeps none of them alive. */
export function linkSignals(...signals: (AbortSignal | undefined)[]): Disposable & { readonly signal: AbortSignal } {
  const link = new AbortController();
  const over = new AbortController();
  for (const signal of signals) {
    const forward = () => link.abort(signal?.reason);
    if (signal?.aborted) forward();
    else signal?.addEventListener('abort', forward, { once: true, signal: over.signal });
  }
  return { signal: link.signal, [Symbol.dispose]: () => over.abort() };
}
