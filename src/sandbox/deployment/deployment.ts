import type { WaitOptions } from '../process/process-handle.ts';
import type { Health, Runtime } from '../runtime/runtime.ts';

/** Told about each step of a deployment's start and stop. */
export interface DeploymentHook {
  /** Called with a short sentence such as "Starting runtime". */
  onCustomStep(message: string): void;
}

/**
 * A place that can be started to get a {@link Runtime}, and stopped. Constructors do no work. `await using` on the
 * started deployment stops it at the end of the block; `stop` is idempotent and `start` can follow it again.
 */
export interface Deployment extends AsyncDisposable {
  /** The configuration's `type`, for example `'local'`. */
  readonly type: string;
  /** Starts it and returns it. @throws DEPLOYMENT_START_FAILED */
  start(options?: { readonly signal?: AbortSignal }): Promise<this>;
  /** Ends everything that the runtime started. */
  stop(): Promise<void>;
  /** Whether it is started and its runtime answers; never throws. */
  isAlive(options?: WaitOptions): Promise<Health>;
  /** The running runtime. @throws DEPLOYMENT_NOT_STARTED */
  readonly runtime: Runtime;
  /** Adds a hook; disposing the result removes it. */
  addHook(hook: DeploymentHook): Disposable;
}
