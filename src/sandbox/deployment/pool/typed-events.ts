import { EventEmitter } from 'eventemitter3';

/**
 * Events of one typed map, each with one payload. A listener that throws becomes a process warning: it stops neither the
 * other listeners nor what told it.
 */
export class TypedEvents<Map extends object> {
  readonly #emitter = new EventEmitter();

  /** Listens until the result is disposed. */
  on<Name extends keyof Map & string>(name: Name, listener: (payload: Map[Name]) => void): Disposable {
    const guarded = (payload: Map[Name]): void => {
      try {
        listener(payload);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    };
    this.#emitter.on(name, guarded);
    return { [Symbol.dispose]: () => void this.#emitter.off(name, guarded) };
  }

  /** The payload of the next event of this name. Rejects with the signal's reason when that aborts first. */
  next<Name extends keyof Map & string>(
    name: Name,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Map[Name]> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        listening[Symbol.dispose]();
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        stop();
        reject(signal?.reason);
      };
      const listening = this.on(name, (payload) => {
        stop();
        resolve(payload);
      });
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Tells every listener. */
  emit<Name extends keyof Map & string>(name: Name, payload: Map[Name]): void {
    this.#emitter.emit(name, payload);
  }
}
