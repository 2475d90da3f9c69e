import { RexError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult } from '../process/command.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import { closeSessionResponse, createSessionResponse } from '../protocol/swe-rex-responses.ts';
import { defaultStartupTimeoutMs, type Session, type SessionOptions } from '../session/session.ts';
import type { RemoteBackend } from './remote-backend.ts';
import { RemoteConnection } from './remote-connection.ts';
import type { RemoteSettings } from './remote-options.ts';
import { sessionNotFound } from './remote-rex-backend.ts';
import { SweRexClient } from './remote-swe-rex-client.ts';
import { executeOnSweRex } from './remote-swe-rex-command.ts';
import { SweRexFiles } from './remote-swe-rex-files.ts';
import { SweRexSession } from './remote-swe-rex-session.ts';
import { refuseOptions, unsupported } from './remote-swe-rex-unsupported.ts';
import type { ProcessInfo } from './runtime.ts';

/** What a runtime can do on a server that speaks SWE-ReX alone, such as Python's `swerex-remote`. */
export class SweRexBackend implements RemoteBackend {
  readonly files: FileSystem;
  readonly #connection: RemoteConnection;
  readonly #client: SweRexClient;
  readonly #sessions = new Map<string, SweRexSession>();

  constructor(settings: RemoteSettings) {
    // Its server closes idle connections early; a new one for each call never meets one that is being closed.
    this.#connection = new RemoteConnection(settings, { keepAlive: false });
    this.#client = new SweRexClient(this.#connection);
    this.files = new SweRexFiles(this.#client);
  }

  async execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    return await executeOnSweRex(this.#client, command, options);
  }

  async spawn(): Promise<ProcessHandle> {
    throw unsupported('process to follow');
  }

  async attach(): Promise<ProcessHandle> {
    throw unsupported('process to follow');
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    throw unsupported('list of processes');
  }

  async createSession(options: SessionOptions = {}): Promise<Session> {
    refuseOptions(options, { shell: 'choice of the shell' });
    if (options.streams === 'separate') throw unsupported('separate standard error in sessions');
    if (hasOwnSize(options)) throw unsupported('choice of the terminal size');
    if (options.loadRc === false) throw unsupported('session without rc file');
    if (options.inheritEnv === false) throw unsupported('session with an environment of its own');
    const name = options.session ?? 'default';
    const { startupSource = [], startupTimeoutMs = defaultStartupTimeoutMs, signal } = options;
    const request = {
      session_type: 'bash',
      session: name,
      startup_source: startupSource,
      startup_timeout: startupTimeoutMs / 1000,
    };
    const call = { operation: 'createSession', session: name, signal };
    const { output } = await this.#client.post('/create_session', createSessionResponse, call, request);
    const session = new SweRexSession(this.#client, name, output, options.maxOutputBytes);
    await this.#prepare(session, options);
    this.#sessions.set(name, session);
    return session;
  }

  session(name: string): Session {
    const known = this.#sessions.get(name);
    if (known === undefined || known.state === 'closed') throw sessionNotFound(name);
    return known;
  }

  named(name: string): SweRexSession {
    const known = this.#sessions.get(name);
    return known === undefined || known.state === 'closed' ? new SweRexSession(this.#client, name, '') : known;
  }

  async sessions(): Promise<readonly string[]> {
    throw unsupported('list of sessions');
  }

  async closeSession(name = 'default'): Promise<void> {
    const call = { operation: 'closeSession', session: name };
    await this.#client.post('/close_session', closeSessionResponse, call, { session: name, session_type: 'bash' });
    this.#sessions.delete(name);
  }

  /** Closes the sessions that this client created; SWE-ReX's own `/close` would close everybody's. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.allSettled(sessions.map((session) => session.close()));
    this.#connection.close();
  }

  /** Directory and variables, which SWE-ReX cannot set at the start. */
  async #prepare(session: SweRexSession, { cwd, env = {} }: SessionOptions): Promise<void> {
    const steps = Object.entries(env).map(([name, value]) =>
      value === undefined ? `unset -v ${name}` : `export ${name}=${quote(value)}`,
    );
    if (cwd !== undefined) steps.unshift(`cd -- ${quote(cwd)}`);
    if (steps.length === 0) return;
    const { output, exitCode } = await session.run(steps.join(' && '));
    if (exitCode === 0) return;
    await session.close();
    const reason = 'its directory or its variables could not be set';
    const context = { session: session.name, output, reason };
    throw new RexError('SESSION_START_FAILED', `session ${session.name} did not start: ${reason}`, context);
  }
}

/** SWE-ReX's terminals are 80 x 24. */
function hasOwnSize({ pty }: SessionOptions): boolean {
  return typeof pty === 'object' && (pty.columns !== 80 || pty.rows !== 24);
}
