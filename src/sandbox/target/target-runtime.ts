import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { FileSystem } from '../files/file-system.ts';
import { guardFiles } from '../files/guard-files.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { failedError } from '../process/command-error.ts';
import { endTree } from '../process/end-tree.ts';
import type { ProcessHandle, WaitOptions } from '../process/process-handle.ts';
import { ProcessRegistry } from '../process/process-registry.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { BaseRuntime } from '../runtime/base-runtime.ts';
import type { Health, ProcessInfo, Runtime } from '../runtime/runtime.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { SessionRegistry } from '../session/session-registry.ts';
import { Attendant } from './attendant.ts';
import { FarProcesses } from './far-processes.ts';
import type { Target } from './target.ts';
import { startTargetProcess, type TargetPlace } from './target-process.ts';
import { startTargetSession } from './target-session.ts';

/** How a target runtime works. All optional. */
export interface TargetRuntimeOptions {
  /** File system behind `files`. Default: the target's own, else through its shell. */
  readonly files?: FileSystem;
  /**
   * What happens to everything that was started when the link to the target is cut, also by the end of this program:
   * `'end'` has the target end it, `'keep'` lets it run. Default `'end'`.
   */
  readonly whenCut?: 'end' | 'keep';
}

/**
 * Commands, sessions and files of a {@link Target}; see {@link Runtime}. The target needs a POSIX shell and the usual
 * small tools, nothing else. Call {@link TargetRuntime.open} first.
 */
export class TargetRuntime extends BaseRuntime {
  readonly #target: Target;
  readonly #id = `${randomId()}.`;
  readonly #attendant: Attendant;
  readonly #far: FarProcesses;
  readonly #processes = new ProcessRegistry();
  readonly #sessions = new SessionRegistry();
  /** Processes that are about to be there. */
  readonly #starting = new Set<Promise<RunningProcess>>();
  readonly #givenFiles: FileSystem | undefined;
  readonly #keep: boolean;
  #files: FileSystem | undefined;
  #bash = false;
  #started = 0;
  #closing: Promise<void> | undefined;

  constructor(target: Target, options: TargetRuntimeOptions = {}) {
    super();
    this.#target = target;
    this.#givenFiles = options.files ?? target.files;
    this.#keep = options.whenCut === 'keep';
    this.#attendant = new Attendant(target, { prefix: this.#id, farewell: options.whenCut ?? 'end' });
    this.#far = new FarProcesses(this.#attendant);
  }

  /** Starts what the runtime needs in the target and looks at what is there. @throws CONNECTION_FAILED */
  async open(signal?: AbortSignal): Promise<this> {
    const { status } = await this.#attendant.request('command -v bash >/dev/null', signal);
    this.#bash = status === 0;
    const files = this.#givenFiles ?? (await this.#shellFiles());
    this.#files = guardFiles(files, (operation) => this.#assertOpen(operation));
    return this;
  }

  get files(): FileSystem {
    if (this.#files) return this.#files;
    const context = { deployment: this.#target.name };
    throw new RexError('DEPLOYMENT_NOT_STARTED', 'the runtime is not open', context, { hint: 'Await `open()` first.' });
  }

  async isAlive(options: WaitOptions = {}): Promise<Health> {
    if (this.#closing) return { isAlive: false, message: 'the runtime is closed' };
    const limits = [
      options.signal,
      options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs),
    ];
    try {
      await this.#attendant.request(':', AbortSignal.any(limits.filter((limit) => limit !== undefined)));
      return { isAlive: true, message: '' };
    } catch (error) {
      return { isAlive: false, message: error instanceof Error ? error.message : String(error) };
    }
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
    const shell = this.#bash ? 'bash' : 'sh';
    return await this.#sessions.add(options.session ?? 'default', (name) =>
      startTargetSession(name, options, place, shell),
    );
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
    await Promise.allSettled([this.#sessions.close(), this.#processes.close()]);
    // A target that cannot be reached any more ends everything itself, or has ended.
    if (this.#started > 0) {
      await endTree({ pid: undefined, mark: this.#id }, { graceMs: 100 }, this.#far).catch(() => {});
    }
    await this.#attendant.close();
  }

  async #shellFiles(): Promise<FileSystem> {
    const { ShellFiles } = await import('./files/shell-files.ts');
    return new ShellFiles(this.#target, { ask: (script) => this.#attendant.request(script) });
  }

  #assertOpen(operation: string): void {
    if (!this.#closing) return;
    const hint = 'Create or start another one.';
    throw new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
  }

  async #start(command: Command, options: SpawnOptions, operation: string): Promise<RunningProcess> {
    const starting = startTargetProcess(command, options, this.#place(operation));
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  #place(operation: string): TargetPlace {
    this.#assertOpen(operation);
    const number = ++this.#started;
    const id = `p${number}-${this.#id.slice(0, 8)}`;
    const mark = `${this.#id}${number}.`;
    return { target: this.#target, processes: this.#far, id, mark, keep: this.#keep };
  }
}
