import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { assertNotAborted, failedError } from '../process/command-error.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { BaseRuntime } from './base-runtime.ts';
import { answerWithin, toLog, toResult } from './dummy/dummy-outcome.ts';
import { DummyProcess } from './dummy/dummy-process.ts';
import { type DummyCall, type DummyResponder, DummyScript, type DummyScriptOptions } from './dummy/dummy-script.ts';
import { DummySession } from './dummy/dummy-session.ts';
import { MemoryFileSystem } from './dummy/memory-files.ts';
import type { Health, ProcessInfo } from './runtime.ts';

export type {
  DummyAnswer,
  DummyCall,
  DummyHandler,
  DummyRequest,
  DummyResponder,
  DummyResponse,
} from './dummy/dummy-script.ts';

/** What a dummy answers and finds. All optional. */
export interface DummyRuntimeOptions extends DummyScriptOptions {
  /** Where relative paths start. Default `/`. */
  readonly cwd?: string;
}

/**
 * A runtime that runs nothing: commands are answered from a script, files live in memory, calls are recorded. Names,
 * queues, limits and errors are those of a real runtime, so what is tested on it holds elsewhere.
 *
 * @example
 * const runtime = new DummyRuntime({ on: [['git status', 'clean\n'], [/^npm (test|ci)/, { exitCode: 1 }]] });
 */
export class DummyRuntime extends BaseRuntime {
  readonly files: FileSystem;
  readonly #script: DummyScript;
  readonly #calls: DummyCall[] = [];
  readonly #sessions = new Map<string, DummySession>();
  readonly #processes = new Map<string, DummyProcess>();
  readonly #stops = new Set<AbortController>();
  readonly #id = randomId(8);
  #started = 0;
  #closed = false;

  constructor(options: DummyRuntimeOptions = {}) {
    super();
    this.#script = new DummyScript(options);
    this.files = new MemoryFileSystem(options.cwd ?? '/', (operation) => this.#assertOpen(operation));
  }

  /** Every call so far, in order. */
  get calls(): readonly DummyCall[] {
    return this.#calls;
  }

  /** How many answers of a list given as `outputs` are left. */
  get remaining(): number {
    return this.#script.remaining;
  }

  /** Answers commands that equal a string or match a RegExp, before all earlier handlers, until disposed. */
  on(pattern: string | RegExp, responder: DummyResponder): Disposable {
    return this.#script.on(pattern, responder);
  }

  async isAlive(): Promise<Health> {
    return this.#closed ? { isAlive: false, message: 'the runtime is closed' } : { isAlive: true, message: '' };
  }

  async execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    this.#assertOpen('execute');
    assertNotAborted(command, options.signal);
    const stop = new AbortController();
    const make = this.#record({ operation: 'execute', command, session: undefined, options }, stop.signal);
    this.#stops.add(stop);
    const closed = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(closedError('execute')), { once: true });
    });
    closed.catch(() => {});
    try {
      const response = await answerWithin(() => Promise.race([make(), closed]), command, options, stop);
      const result = toResult(command, response, toLog(response, options));
      if (options.check === 'raise' && result.exitCode !== 0) throw failedError(result);
      return result;
    } finally {
      this.#stops.delete(stop);
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<ProcessHandle> {
    this.#assertOpen('spawn');
    assertNotAborted(command, options.signal);
    const stop = new AbortController();
    const answer = this.#record({ operation: 'spawn', command, session: undefined, options }, stop.signal);
    const id = `d${++this.#started}-${this.#id}`;
    const onWrite = (data: string | Uint8Array) =>
      void this.#calls.push({ operation: 'write', command: data, session: undefined, options: { id } });
    const started = new DummyProcess(command, options, { id, answer, stop, onWrite });
    this.#processes.set(id, started);
    return started;
  }

  async attach(id: string): Promise<ProcessHandle> {
    this.#assertOpen('attach');
    const found = this.#processes.get(id);
    if (found) return found;
    const hint = 'Only spawned processes have an id.';
    throw new RexError('PROCESS_NOT_FOUND', `no process ${id}`, { id }, { hint });
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    this.#assertOpen('processes');
    return [...this.#processes.values()].map(({ id, command, pid, exit }) => ({ id, command, pid, running: !exit }));
  }

  async createSession(options: SessionOptions = {}): Promise<Session> {
    this.#assertOpen('createSession');
    const name = options.session ?? 'default';
    this.#calls.push({ operation: 'createSession', command: '', session: name, options });
    if (this.#sessions.has(name)) {
      const hint = 'Use it with `runtime.session(name)`, close it first, or choose another name.';
      throw new RexError('SESSION_EXISTS', `session ${name} already exists`, { session: name }, { hint });
    }
    const session = new DummySession({
      name,
      options,
      answer: (call, signal) => this.#record(call, signal),
      record: (call) => void this.#calls.push(call),
      onClose: () => {
        this.#calls.push({ operation: 'closeSession', command: '', session: name, options: {} });
        this.#sessions.delete(name);
      },
    });
    this.#sessions.set(name, session);
    return session;
  }

  session(name = 'default'): Session {
    this.#assertOpen('session');
    const found = this.#sessions.get(name);
    if (found) return found;
    const hint = 'Create it with `runtime.createSession({ session: name })`.';
    throw new RexError('SESSION_NOT_FOUND', `session ${name} does not exist`, { session: name }, { hint });
  }

  async sessions(): Promise<readonly string[]> {
    this.#assertOpen('sessions');
    return [...this.#sessions.keys()];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#sessions.values()]) await session.close();
    for (const started of this.#processes.values()) started.end('close');
    for (const stop of this.#stops) stop.abort();
  }

  #record(call: DummyCall, signal: AbortSignal) {
    this.#calls.push(call);
    return this.#script.answer(call, signal);
  }

  #assertOpen(operation: string): void {
    if (this.#closed) throw closedError(operation);
  }
}

function closedError(operation: string): RexError<'RUNTIME_CLOSED'> {
  const hint = 'Create or start another one.';
  return new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
}
