import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import type { RemoteRuntimeOptions } from '../runtime/remote-options.ts';
import { RemoteRuntime } from '../runtime/remote-runtime.ts';
import { BaseDeployment, type Opened } from './base-deployment.ts';
import type { Deployment } from './deployment.ts';
import { relayPort } from './tunnelled-relay.ts';

/** How a server is started in another deployment's target. All optional. */
export interface TunnelledDeploymentOptions
  extends Pick<RemoteRuntimeOptions, 'timeoutMs' | 'connectTimeoutMs' | 'retries' | 'retryDelayMs'> {
  /**
   * Program and arguments that start the server. It must take `--host` and `--port`, read its secret from the variable
   * `HRM_REX_TOKEN`, and print its address as `hrm-rex serve` does. Default `['hrm-rex', 'serve']`.
   */
  readonly command?: readonly [string, ...string[]];
  /** Directory in which the server starts. Default: the target's. */
  readonly cwd?: string;
  /** Time until the server answers, the start of the outer deployment not included. Default 60,000. */
  readonly startupTimeoutMs?: number;
}

/** A port of a target, brought to this machine. */
export interface TunnelPort extends AsyncDisposable {
  readonly port: number;
}

/** A deployment that can bring ports of its target here by itself, such as an SSH deployment. */
export interface ForwardingDeployment extends Deployment {
  forward(options: { readonly remotePort: number }): Promise<TunnelPort>;
}

const defaultStartupTimeoutMs = 60_000;

/** Reads the secret from its input, so that no command line ever holds it, and becomes the server. */
const startText = 'IFS= read -r HRM_REX_TOKEN || exit 1; export HRM_REX_TOKEN; exec "$0" "$@" </dev/null';

/**
 * A server of ours that runs in the target of another deployment (a container, a host behind SSH), reached through a
 * tunnel: it listens on the target's own loopback only, and its secret is made anew for each start. The outer deployment
 * is started and stopped with it.
 */
export class TunnelledDeployment extends BaseDeployment<RemoteRuntime> {
  readonly type = 'tunnelled';
  readonly #outer: Deployment;
  readonly #options: TunnelledDeploymentOptions;

  /** @param outer gives the target in which the server runs. */
  constructor(outer: Deployment, options: TunnelledDeploymentOptions = {}) {
    super();
    this.#outer = outer;
    this.#options = options;
  }

  /** @throws DEPLOYMENT_START_FAILED when the server does not start or answer, and what the outer deployment throws */
  protected async open(signal: AbortSignal): Promise<Opened<RemoteRuntime>> {
    const parts: AsyncDisposable[] = [this.#outer];
    const hook = this.#outer.addHook({ onCustomStep: (message) => this.announce(message) });
    const close = async (): Promise<void> => {
      hook[Symbol.dispose]();
      await closeAll(parts);
    };
    try {
      await this.#outer.start({ signal });
      return { runtime: await this.#serve(parts, signal), close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** What it starts it adds to the parts, in the order in which it was started. */
  async #serve(parts: AsyncDisposable[], signal: AbortSignal): Promise<RemoteRuntime> {
    const {
      command = ['hrm-rex', 'serve'],
      cwd,
      startupTimeoutMs = defaultStartupTimeoutMs,
      ...options
    } = this.#options;
    const deadline = performance.now() + startupTimeoutMs;
    this.announce('Starting server');
    const argv = ['/bin/sh', '-c', startText, ...command, '--host', '127.0.0.1', '--port', '0'];
    const server = await this.#outer.runtime.spawn(argv, {
      stdin: 'pipe',
      signal,
      ...(cwd === undefined ? {} : { cwd }),
    });
    parts.push(server);
    const token = randomId(64);
    await server.write(`${token}\n`);
    const remotePort = await portOf(server, startupTimeoutMs, signal);
    this.announce('Opening tunnel');
    const tunnel = await openTunnel(this.#outer, remotePort);
    parts.push(tunnel);
    const runtime = new RemoteRuntime({ ...options, port: tunnel.port, token });
    parts.push(runtime);
    await runtime.waitUntilAlive({ timeoutMs: Math.max(1, deadline - performance.now()), signal });
    return runtime;
  }
}

/** Ends the parts, the last one first. Only the outer deployment may fail: whatever is in it ends with it. */
async function closeAll([outer, ...inner]: AsyncDisposable[]): Promise<void> {
  for (const part of inner.reverse()) await Promise.resolve(part[Symbol.asyncDispose]()).catch(() => {});
  await outer?.[Symbol.asyncDispose]();
}

function openTunnel(outer: Deployment, remotePort: number): Promise<TunnelPort> {
  return 'forward' in outer
    ? (outer as ForwardingDeployment).forward({ remotePort })
    : relayPort(outer.runtime, remotePort);
}

/** The port that the server says it listens on. */
async function portOf(server: ProcessHandle, timeoutMs: number, signal: AbortSignal): Promise<number> {
  try {
    const { groups } = await server.waitFor(/listening on https?:\/\/\S*:(\d+)/, { timeoutMs, signal });
    return Number(groups[0]);
  } catch (error) {
    signal.throwIfAborted();
    const { output } = RexError.is(error) && 'output' in error.context ? error.context : { output: '' };
    const said = String(output).trim().slice(-500);
    const reason = `the server did not start: ${said === '' ? (error as Error).message : said}`;
    const hint = 'The target needs Node and hrm-rex (`npm install -g hrm-rex`), or a `command` that starts the server.';
    const context = { deployment: 'tunnelled', reason };
    throw new RexError('DEPLOYMENT_START_FAILED', reason, context, { hint, cause: error });
  }
}
