import type { DeploymentHook } from './deployment.ts';

/** A hook that passes each message on with an identifier, for a display of many deployments. */
export function statusHook(id: string, callback: (id: string, message: string) => void): DeploymentHook {
  return { onCustomStep: (message) => callback(id, message) };
}

/** Hooks in the order they were added. A hook that throws becomes a process warning and never stops a deployment. */
export class HookList implements DeploymentHook {
  readonly #hooks = new Set<{ readonly hook: DeploymentHook }>();

  /** Adds a hook; disposing the result removes it. */
  add(hook: DeploymentHook): Disposable {
    const entry = { hook };
    this.#hooks.add(entry);
    return { [Symbol.dispose]: () => void this.#hooks.delete(entry) };
  }

  onCustomStep(message: string): void {
    for (const { hook } of this.#hooks) {
      try {
        hook.onCustomStep(message);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
