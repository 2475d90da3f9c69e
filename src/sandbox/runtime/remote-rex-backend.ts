import { RexError } from '../../core/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Command, CommandInput, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { assertNotAborted, failedError } from '../process/command-error.ts';
import type { ExitStatus, ProcessHandle } from '../process/process-handle.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { RemoteBackend } from './remote-backend.ts';
import { decodeResult, encodeCommandOptions, type WireProcess, type WireResult } from './remote-command-wire.ts';
import { contentBytes } from './remote-content.ts';
import { RemoteFiles } from './remote-files.ts';
import { RemoteProcess } from './remote-process.ts';
import type { RexClient } from './remote-rex-client.ts';
import { RemoteSession } from './remote-session.ts';
import { encodeSessionOptions, type WireSession } from './remote-session-wire.ts';
import type { ProcessInfo } from './runtime.ts';

/** Longest input that travels inside the request; longer ones are streamed. */
const inlineInputBytes = 1024 * 1024;

/** Everything a runtime does, on a server that speaks `/rex/v1`. */
export class RexBackend implements RemoteBackend {
  readonly files: FileSystem;
  readonly #client: RexClient;
  readonly #sessions = new Map<string, RemoteSession>();
  readonly #created = new Set<RemoteSession>();
  /** Pruned now and then of those that have ended. */
  #started: RemoteProcess[] = [];

  constructor(client: RexClient) {
    this.#client = client;
    this.files = new RemoteFiles(client);
  }

  async execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    const { stdin, signal, check } = options;
    assertNotAborted(command, signal);
    if (stdin !== undefined && !isInline(stdin)) {
      const result = await (await this.spawn(command, withoutCheck(options))).result();
      if (check === 'raise' && result.exitCode !== 0) throw failedError(result);
      return result;
    }
    const body = { command, options: encodeCommandOptions(options, stdin) };
    const result = await this.#client.post<WireResult>({ path: '/execute', operation: 'execute', signal }, body);
    return decodeResult(result, command);
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<ProcessHandle> {
    const { stdin, signal } = options;
    assertNotAborted(command, signal);
    const inline = stdin !== undefined && stdin !== 'pipe' && isInline(stdin) ? stdin : undefined;
    const input = stdin !== undefined && inline === undefined ? ('keep' as const) : inline;
    const body = { command, options: encodeCommandOptions(options, input) };
    const wire = await this.#client.post<WireProcess>({ path: '/processes', operation: 'spawn', signal }, body);
    const started = new RemoteProcess(this.#client, wire);
    if (this.#started.length >= 1_000) this.#started = this.#started.filter(({ exit }) => exit === undefined);
    this.#started.push(started);
    if (stdin !== undefined && stdin !== 'pipe' && inline === undefined) void feed(started, stdin);
    const abort = () => void started.abort().catch(() => {});
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    return started;
  }

  async attach(id: string): Promise<ProcessHandle> {
    const path = `/processes/${encodeURIComponent(id)}`;
    return new RemoteProcess(this.#client, await this.#client.get<WireProcess>({ path, operation: 'attach' }));
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    const call = { path: '/processes', operation: 'processes' };
    return (await this.#client.get<{ readonly processes: readonly ProcessInfo[] }>(call)).processes;
  }

  async createSession(options: SessionOptions = {}): Promise<Session> {
    assertNotAborted('createSession', options.signal);
    const call = { path: '/sessions', operation: 'createSession', signal: options.signal };
    const wire = await this.#client.post<WireSession>(call, encodeSessionOptions(options));
    const session = new RemoteSession(this.#client, wire);
    for (const earlier of this.#created) if (earlier.state === 'closed') this.#created.delete(earlier);
    this.#sessions.set(session.name, session);
    this.#created.add(session);
    return session;
  }

  session(name: string): Session {
    const known = this.#sessions.get(name);
    if (known !== undefined && known.state !== 'closed') return known;
    throw sessionNotFound(name);
  }

  named(name: string): RemoteSession {
    const known = this.#sessions.get(name);
    if (known !== undefined && known.state !== 'closed') return known;
    return new RemoteSession(this.#client, { name, state: 'idle', startupOutput: '' });
  }

  async closeSession(name = 'default'): Promise<void> {
    if (!(await this.named(name).end())) throw sessionNotFound(name);
    this.#sessions.delete(name);
  }

  async sessions(): Promise<readonly string[]> {
    const call = { path: '/sessions', operation: 'sessions' };
    const { sessions } = await this.#client.get<{ readonly sessions: readonly WireSession[] }>(call);
    for (const wire of sessions) {
      if ((this.#sessions.get(wire.name)?.state ?? 'closed') !== 'closed') continue;
      this.#sessions.set(wire.name, new RemoteSession(this.#client, wire));
    }
    return sessions.map(({ name }) => name);
  }

  /** Ends what this client started; other clients' sessions and processes stay. */
  async close(): Promise<void> {
    const sessions = [...this.#created].filter(({ state }) => state !== 'closed');
    const processes = this.#started;
    await this.#client.cancelAll();
    if (sessions.length === 0 && processes.length === 0) return;
    const body = { sessions: sessions.map(({ name }) => name), processes: processes.map(({ id }) => id) };
    const call = { path: '/close', operation: 'close' };
    const { exits } = await this.#client.post<{ readonly exits: Readonly<Record<string, ExitStatus | null>> }>(
      call,
      body,
    );
    for (const session of sessions) session.markClosed();
    for (const started of processes) started.ended(exits[started.id]);
  }
}

/** The error for a name that this client does not know. */
export function sessionNotFound(session: string): RexError<'SESSION_NOT_FOUND'> {
  const hint = 'Create it first; a session of another client is known once `sessions()` has listed it.';
  return new RexError('SESSION_NOT_FOUND', `session ${session} does not exist`, { session }, { hint });
}

function isInline(input: CommandInput): input is string | Uint8Array {
  return (typeof input === 'string' || input instanceof Uint8Array) && input.length <= inlineInputBytes;
}

function withoutCheck({ check: _check, ...options }: CommandOptions): SpawnOptions {
  return options;
}

/** Sends a stream to a process at its pace, then closes its input; a process that stops reading ends it. */
async function feed(target: RemoteProcess, input: CommandInput): Promise<void> {
  try {
    for await (const piece of contentBytes(input)) await target.write(piece);
  } catch {
    // What went wrong with the process shows in its result.
  } finally {
    await target.closeInput().catch(() => {});
  }
}
