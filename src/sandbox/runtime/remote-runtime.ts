import { setTimeout as delay } from 'node:timers/promises';
import { RexError } from '../../core/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import type { ProcessHandle, WaitOptions } from '../process/process-handle.ts';
import type { Observation, Session, SessionOptions } from '../session/session.ts';
import { BaseRuntime } from './base-runtime.ts';
import type { RemoteBackend } from './remote-backend.ts';
import { RemoteConnection } from './remote-connection.ts';
import { DeferredFiles } from './remote-deferred-files.ts';
import { chooseBackend } from './remote-handshake.ts';
import { probe } from './remote-health.ts';
import { type RemoteRuntimeOptions, resolveRemote } from './remote-options.ts';
import { isServerGone } from './remote-rex-client.ts';
import { runInSession } from './run-in-session.ts';
import type { Health, ProcessInfo, SessionCommand, SessionInterrupt } from './runtime.ts';

/** How often {@link RemoteRuntime.waitUntilAlive} asks. */
const aliveIntervalMs = 100;

const defaultAliveTimeoutMs = 60_000;

/**
 * A runtime behind a server: `serve()`, `hrm-rex serve`, or Python's `swerex-remote`. Connects at the first call and
 * finds out by itself which of the two protocols the server speaks; what SWE-ReX's lacks throws UNSUPPORTED there.
 *
 * A call whose connection is lost is asked for again, and never runs twice: where that cannot be ruled out, or the
 * outcome cannot be known, it throws OUTCOME_UNKNOWN. Closing ends what this client started.
 */
export class RemoteRuntime extends BaseRuntime {
  readonly files: FileSystem;
  readonly #connection: RemoteConnection;
  #backend: Promise<RemoteBackend> | undefined;
  /** The backend once it is known. */
  #ready: RemoteBackend | undefined;
  #closing: Promise<void> | undefined;

  /** @throws INVALID_ARGUMENT for an address that is none */
  constructor(options: RemoteRuntimeOptions = {}) {
    super();
    this.#connection = new RemoteConnection(resolveRemote(options));
    this.files = new DeferredFiles(async () => (await this.#connect('files')).files);
  }

  async isAlive({ timeoutMs = this.#connection.settings.timeoutMs, signal }: WaitOptions = {}): Promise<Health> {
    if (this.#closing !== undefined) return { isAlive: false, message: 'the runtime is closed' };
    const { isAlive, message } = await probe(this.#connection, timeoutMs, signal);
    return { isAlive, message };
  }

  /**
   * Waits until the server answers. Default limit 60,000 ms.
   * @throws CONNECTION_FAILED when it does not in time, UNAUTHORIZED at once when it refuses the token
   */
  async waitUntilAlive({ timeoutMs = defaultAliveTimeoutMs, signal }: WaitOptions = {}): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const { address: url, settings } = this.#connection;
    for (;;) {
      signal?.throwIfAborted();
      const left = Math.max(deadline - performance.now(), 1);
      const { isAlive, message, refused } = await probe(this.#connection, Math.min(left, settings.timeoutMs), signal);
      if (isAlive) return;
      if (refused) throw new RexError('UNAUTHORIZED', `${url} refused the token: ${message}`, { url });
      if (performance.now() + aliveIntervalMs >= deadline) {
        const reason = `not alive within ${timeoutMs} ms: ${message}`;
        throw new RexError('CONNECTION_FAILED', `${url} is ${reason}`, { url, reason }, { hint: 'Is the server up?' });
      }
      await delay(aliveIntervalMs, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }

  async execute(command: Command, options?: CommandOptions): Promise<CommandResult> {
    return await (await this.#connect('execute')).execute(command, options);
  }

  async spawn(command: Command, options?: SpawnOptions): Promise<ProcessHandle> {
    return await (await this.#connect('spawn')).spawn(command, options);
  }

  async attach(id: string): Promise<ProcessHandle> {
    return await (await this.#connect('attach')).attach(id);
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    return await (await this.#connect('processes')).processes();
  }

  async createSession(options?: SessionOptions): Promise<Session> {
    return await (await this.#connect('createSession')).createSession(options);
  }

  /** A session that this client created or that `sessions()` has listed. @throws SESSION_NOT_FOUND */
  session(name = 'default'): Session {
    if (this.#closing !== undefined) throw closed('session');
    if (this.#ready !== undefined) return this.#ready.session(name);
    throw new RexError('SESSION_NOT_FOUND', `session ${name} does not exist`, { session: name });
  }

  async sessions(): Promise<readonly string[]> {
    return await (await this.#connect('sessions')).sessions();
  }

  override async runInSession(action: SessionCommand | SessionInterrupt): Promise<Observation> {
    const backend = await this.#connect('runInSession');
    return await runInSession({ session: (name = 'default') => backend.named(name) }, action);
  }

  override async closeSession(name = 'default'): Promise<void> {
    await (await this.#connect('closeSession')).closeSession(name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#ready?.close();
    } catch (error) {
      if (!isServerGone(error)) throw error;
    } finally {
      this.#connection.close();
    }
  }

  async #connect(operation: string): Promise<RemoteBackend> {
    if (this.#closing !== undefined) throw closed(operation);
    if (this.#ready !== undefined) return this.#ready;
    this.#backend ??= chooseBackend(this.#connection);
    try {
      this.#ready = await this.#backend;
      return this.#ready;
    } catch (error) {
      this.#backend = undefined;
      throw error;
    }
  }
}

function closed(operation: string): RexError<'RUNTIME_CLOSED'> {
  const hint = 'Create another one.';
  return new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
}
