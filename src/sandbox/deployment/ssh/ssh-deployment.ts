import { RexError } from '../../../core/errors.ts';
import { TargetRuntime } from '../../target/target-runtime.ts';
import { BaseDeployment, type Opened } from '../base-deployment.ts';
import type { DetachedSession } from './detached/detached-session.ts';
import {
  type AttachDetachedOptions,
  attachDetached,
  type DetachedSessionOptions,
  startDetached,
} from './detached/open-detached.ts';
import { forwardLocal } from './forward/forward-local.ts';
import { forwardRemote } from './forward/forward-remote.ts';
import type { Forwarding, ForwardOptions, ReverseForwardOptions } from './forward/forwarding.ts';
import type { SshDeploymentOptions } from './ssh-options.ts';
import { SshTarget } from './ssh-target.ts';

const defaultStartupTimeoutMs = 60_000;

/**
 * An account on a host with an SSH server. Nothing is installed there: a shell is enough. A link that is cut is made
 * again by the next call; what was running rejects with OUTCOME_UNKNOWN.
 */
export class SshDeployment extends BaseDeployment<TargetRuntime> {
  readonly type = 'ssh';
  readonly #options: SshDeploymentOptions;
  readonly #forwardings = new Set<AsyncDisposable>();
  #target: SshTarget | undefined;

  constructor(options: SshDeploymentOptions) {
    super();
    this.#options = options;
  }

  /**
   * Listens on a port of this machine and leads every connection to one that the host can reach, until disposed or
   * stopped. @throws CONNECTION_FAILED, DEPLOYMENT_NOT_STARTED
   */
  forward(options: ForwardOptions): Promise<Forwarding> {
    return this.#keep(forwardLocal(this.#started().connection, options));
  }

  /**
   * Lets the host listen on a port and leads every connection to one that this machine can reach, until disposed or
   * stopped. @throws CONNECTION_FAILED, DEPLOYMENT_NOT_STARTED
   */
  forwardBack(options: ReverseForwardOptions): Promise<Forwarding> {
    return this.#keep(forwardRemote(this.#started().connection, options));
  }

  /**
   * Starts a shell on the host that outlives the link, this deployment and this program.
   * @throws SESSION_EXISTS, SESSION_START_FAILED, DEPLOYMENT_NOT_STARTED
   */
  startDetached(options: DetachedSessionOptions): Promise<DetachedSession> {
    return startDetached(this.#started(), options);
  }

  /** Finds a detached session by its name, also one of an earlier program. @throws SESSION_NOT_FOUND, DEPLOYMENT_NOT_STARTED */
  attachDetached(options: AttachDetachedOptions): Promise<DetachedSession> {
    return attachDetached(this.#started(), options);
  }

  /** @throws CONNECTION_FAILED, HOST_KEY_REFUSED, UNAUTHORIZED, COMMAND_NOT_STARTED, DEPLOYMENT_START_FAILED */
  protected async open(signal: AbortSignal): Promise<Opened<TargetRuntime>> {
    const { startupTimeoutMs = defaultStartupTimeoutMs } = this.#options;
    const expiry = AbortSignal.timeout(startupTimeoutMs);
    try {
      return await this.#open(AbortSignal.any([signal, expiry]));
    } catch (error) {
      if (signal.aborted || !expiry.aborted) throw error;
      throw tooLate(this.#options.host, startupTimeoutMs);
    }
  }

  async #open(signal: AbortSignal): Promise<Opened<TargetRuntime>> {
    this.announce(`Connecting to ${this.#options.host}`);
    const target = await SshTarget.connect(this.#options, signal);
    try {
      this.announce('Starting runtime');
      const runtime = new TargetRuntime(target, { whenCut: this.#options.whenCut ?? 'end' });
      await runtime.open(signal);
      this.#target = target;
      return { runtime, close: () => this.#close(runtime, target) };
    } catch (error) {
      target.close();
      throw error;
    }
  }

  async #close(runtime: TargetRuntime, target: SshTarget): Promise<void> {
    this.#target = undefined;
    try {
      await Promise.all([...this.#forwardings].map((forwarding) => forwarding[Symbol.asyncDispose]()));
      await runtime.close();
    } finally {
      target.close();
    }
  }

  #started(): SshTarget {
    // The getter says why there is none.
    return this.#target ?? (this.runtime as never);
  }

  async #keep(opening: Promise<Forwarding>): Promise<Forwarding> {
    const forwarding = await opening;
    this.#forwardings.add(forwarding);
    const close = async (): Promise<void> => {
      this.#forwardings.delete(forwarding);
      await forwarding[Symbol.asyncDispose]();
    };
    return { host: forwarding.host, port: forwarding.port, [Symbol.asyncDispose]: close };
  }
}

function tooLate(host: string, startupTimeoutMs: number): RexError {
  const reason = `${host} was not ready within ${startupTimeoutMs} ms`;
  const hint = 'Check that the host can be reached, or raise `startupTimeoutMs`.';
  const message = `the ssh deployment did not start: ${reason}`;
  return new RexError('DEPLOYMENT_START_FAILED', message, { deployment: 'ssh', reason }, { hint, retryable: true });
}
