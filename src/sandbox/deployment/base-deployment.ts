import { RexError } from '../../core/errors.ts';
import type { WaitOptions } from '../process/process-handle.ts';
import type { Health, Runtime } from '../runtime/runtime.ts';
import type { Deployment, DeploymentHook } from './deployment.ts';
import { HookList } from './hooks.ts';

/** A started place: its runtime and the way to end everything that the start made. */
export interface Opened<Started extends Runtime> {
  readonly runtime: Started;
  /** Ends the runtime and removes what the start made. */
  close(): Promise<void>;
}

/**
 * The life cycle that all deployments share: a place says how it is opened. Starts and stops run one after another; a
 * stop gives up a start that is under way.
 */
export abstract class BaseDeployment<Started extends Runtime> implements Deployment {
  abstract readonly type: string;
  readonly #hooks = new HookList();
  #opened: Opened<Started> | undefined;
  #opening: AbortController | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** Opens the place. It leaves nothing behind when it rejects, and gives up when the signal is aborted. */
  protected abstract open(signal: AbortSignal): Promise<Opened<Started>>;

  /** Tells the hooks about a step. */
  protected announce(message: string): void {
    this.#hooks.onCustomStep(message);
  }

  start(options: { readonly signal?: AbortSignal } = {}): Promise<this> {
    return this.#inOrder(async () => {
      this.#opened ??= await this.#open(options.signal);
      return this;
    });
  }

  stop(): Promise<void> {
    this.#opening?.abort(this.#startFailed('it was stopped while it started'));
    return this.#inOrder(async () => {
      const opened = this.#opened;
      if (!opened) return;
      this.#opened = undefined;
      this.announce('Stopping runtime');
      await opened.close();
    });
  }

  async isAlive(options: WaitOptions = {}): Promise<Health> {
    if (!this.#opened) return { isAlive: false, message: `The ${this.type} deployment is not started.` };
    try {
      return await this.#opened.runtime.isAlive(options);
    } catch (error) {
      return { isAlive: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  get runtime(): Started {
    if (this.#opened) return this.#opened.runtime;
    const hint = 'Call `await deployment.start()` first.';
    throw new RexError(
      'DEPLOYMENT_NOT_STARTED',
      `the ${this.type} deployment is not started`,
      { deployment: this.type },
      { hint },
    );
  }

  addHook(hook: DeploymentHook): Disposable {
    return this.#hooks.add(hook);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #open(outer: AbortSignal | undefined): Promise<Opened<Started>> {
    outer?.throwIfAborted();
    const opening = new AbortController();
    const signal = outer ? AbortSignal.any([outer, opening.signal]) : opening.signal;
    this.#opening = opening;
    try {
      return await this.open(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw RexError.is(error)
        ? error
        : this.#startFailed(error instanceof Error ? error.message : String(error), error);
    } finally {
      this.#opening = undefined;
    }
  }

  #startFailed(reason: string, cause?: unknown): RexError {
    const message = `the ${this.type} deployment did not start: ${reason}`;
    return new RexError('DEPLOYMENT_START_FAILED', message, { deployment: this.type, reason }, { cause });
  }

  #inOrder<Value>(step: () => Promise<Value>): Promise<Value> {
    const result = this.#queue.then(step);
    this.#queue = result.catch(() => {});
    return result;
  }
}
