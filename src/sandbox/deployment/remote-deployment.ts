import { RexError } from '../../core/errors.ts';
import type { RemoteRuntimeOptions } from '../runtime/remote-options.ts';
import { RemoteRuntime } from '../runtime/remote-runtime.ts';
import { BaseDeployment, type Opened } from './base-deployment.ts';

/** Which server a remote deployment speaks to, and how long it waits for it. */
export interface RemoteDeploymentOptions extends RemoteRuntimeOptions {
  /** How long a start waits until the server answers. Default 60,000. */
  readonly startupTimeoutMs?: number;
}

const defaultStartupTimeoutMs = 60_000;

/**
 * A server that runs already, ours or Python's `swerex-remote`. A start waits until it answers; a stop ends the
 * sessions and processes that were started through this deployment, never those of other clients.
 */
export class RemoteDeployment extends BaseDeployment<RemoteRuntime> {
  readonly type = 'remote';
  readonly #options: RemoteDeploymentOptions;

  constructor(options: RemoteDeploymentOptions = {}) {
    super();
    this.#options = options;
  }

  /** @throws DEPLOYMENT_START_FAILED when the server does not answer in time, UNAUTHORIZED when it refuses the token */
  protected async open(signal: AbortSignal): Promise<Opened<RemoteRuntime>> {
    const { startupTimeoutMs = defaultStartupTimeoutMs, ...options } = this.#options;
    const runtime = new RemoteRuntime(options);
    this.announce('Waiting for the server');
    try {
      await runtime.waitUntilAlive({ timeoutMs: startupTimeoutMs, signal });
    } catch (error) {
      await runtime.close();
      throw RexError.is(error, 'CONNECTION_FAILED') ? notAnswering(error) : error;
    }
    return { runtime, close: () => runtime.close() };
  }
}

function notAnswering(cause: RexError<'CONNECTION_FAILED'>): RexError {
  const context = { deployment: 'remote', reason: cause.message };
  const hint = 'Start the server (`hrm-rex serve`), check host and port, or raise `startupTimeoutMs`.';
  return new RexError('DEPLOYMENT_START_FAILED', `the remote deployment did not start: ${cause.message}`, context, {
    hint,
    cause,
    retryable: true,
  });
}
