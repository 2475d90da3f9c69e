import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { FileSystem } from '../files/file-system.ts';
import { guardFiles } from '../files/guard-files.ts';
import { LocalFileSystem } from '../files/local-files.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { failedError } from '../process/command-error.ts';
import { endTree } from '../process/end-tree.ts';
import type { Isolation } from '../process/isolation.ts';
import { currentEnvironment } from '../process/launch.ts';
import { type ProcessPlace, startLocalProcess } from '../process/local-process.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import { ProcessRegistry } from '../process/process-registry.ts';
import { Reaper } from '../process/reaper.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { startLocalSession } from '../session/local-session.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { SessionRegistry } from '../session/session-registry.ts';
import { BaseRuntime } from './base-runtime.ts';
import type { Health, ProcessInfo, Runtime } from './runtime.ts';

/** How a local runtime starts what it starts. All optional. */
export interface LocalRuntimeOptions {
  /** Working directory of commands, sessions and relative paths. Default: this process's. */
  readonly cwd?: string;
  /** Whole environment of what is started. Default: this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Confines every process. Default: none. */
  readonly isolation?: Isolation;
  /** File system behind `files`. Default: this machine's, relative to `cwd`. */
  readonly files?: FileSystem;
}

/** Commands, sessions and files of this machine; see {@link Runtime}. Nothing it started outlives it, or this process. */
export class LocalRuntime extends BaseRuntime {
  readonly files: FileSystem;
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #isolation: Isolation | undefined;
  readonly #id = `${randomId()}.`;
  readonly #reaper = new Reaper(this.#id);
  readonly #processes = new ProcessRegistry();
  readonly #sessions = new SessionRegistry();
  /** Processes that are about to be there. */
  readonly #starting = new Set<Promise<RunningProcess>>();
  #started = 0;
  #closing: Promise<void> | undefined;

  constructor(options: LocalRuntimeOptions = {}) {
    super();
    this.#cwd = options.cwd ?? process.cwd();
    this.#env = options.env ?? currentEnvironment();
    this.#isolation = options.isolation;
    const files = options.files ?? new LocalFileSystem({ cwd: this.#cwd });
    this.files = guardFiles(files, (operation) => this.#assertOpen(operation));
  }

  async isAlive(): Promise<Health> {
    return this.#closing ? { isAlive: false, message: 'the runtime is closed' } : { isAlive: true, message: '' };
  }

  async execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    const { check, ...rest } = options;
    const running = await this.#start(command, rest, 'execute');
    const untrack = this.#processes.track(running);
    try {
      const result = await running.result();
      if (check === 'raise' && result.exitCode !== 0) throw failedError(result);
      return result;
    } finally {
      untrack();
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<ProcessHandle> {
    const running = await this.#start(command, options, 'spawn');
    this.#processes.keep(running);
    return running;
  }

  async attach(id: string): Promise<ProcessHandle> {
    this.#assertOpen('attach');
    return this.#processes.get(id);
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    this.#assertOpen('processes');
    return this.#processes.list();
  }

  async createSession(options: SessionOptions = {}): Promise<Session> {
    const place = this.#place('createSession');
    return await this.#sessions.add(options.session ?? 'default', (name) => startLocalSession(name, options, place));
  }

  session(name = 'default'): Session {
    this.#assertOpen('session');
    return this.#sessions.get(name);
  }

  async sessions(): Promise<readonly string[]> {
    this.#assertOpen('sessions');
    return this.#sessions.names();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#starting);
    await Promise.all([this.#sessions.close(), this.#processes.close()]);
    if (this.#started > 0) await endTree({ pid: undefined, mark: this.#id }, { graceMs: 100 });
    this.#reaper[Symbol.dispose]();
  }

  #assertOpen(operation: string): void {
    if (!this.#closing) return;
    const hint = 'Create or start another one.';
    throw new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
  }

  async #start(command: Command, options: SpawnOptions, operation: string): Promise<RunningProcess> {
    const starting = startLocalProcess(command, options, this.#place(operation));
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  #place(operation: string): ProcessPlace {
    this.#assertOpen(operation);
    this.#reaper.start();
    const number = ++this.#started;
    const id = `p${number}-${this.#id.slice(0, 8)}`;
    return { cwd: this.#cwd, env: this.#env, id, mark: `${this.#id}${number}.`, isolation: this.#isolation };
  }
}
