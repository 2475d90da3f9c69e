import type { FileSystem } from '../files/file-system.ts';
import { guardFiles } from '../files/guard-files.ts';
import { LocalFileSystem } from '../files/local-files.ts';
import type { Command, SpawnOptions } from '../process/command.ts';
import { endTree } from '../process/end-tree.ts';
import type { Isolation } from '../process/isolation.ts';
import { currentEnvironment } from '../process/launch.ts';
import { type ProcessPlace, startLocalProcess } from '../process/local-process.ts';
import { Reaper } from '../process/reaper.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { startLocalSession } from '../session/local-session.ts';
import type { SessionOptions } from '../session/session.ts';
import type { ShellSession } from '../session/shell-session.ts';
import { HostRuntime, type StartMark } from './host-runtime.ts';
import type { Health, Runtime } from './runtime.ts';

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
export class LocalRuntime extends HostRuntime {
  readonly files: FileSystem;
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #isolation: Isolation | undefined;
  readonly #reaper: Reaper;

  constructor(options: LocalRuntimeOptions = {}) {
    super();
    this.#cwd = options.cwd ?? process.cwd();
    this.#env = options.env ?? currentEnvironment();
    this.#isolation = options.isolation;
    this.#reaper = new Reaper(this.prefix);
    const files = options.files ?? new LocalFileSystem({ cwd: this.#cwd });
    this.files = guardFiles(files, (operation) => this.assertOpen(operation));
  }

  async isAlive(): Promise<Health> {
    return this.isClosed ? { isAlive: false, message: 'the runtime is closed' } : { isAlive: true, message: '' };
  }

  protected startProcess(command: Command, options: SpawnOptions, mark: StartMark): Promise<RunningProcess> {
    return startLocalProcess(command, options, this.#place(mark));
  }

  protected startSession(name: string, options: SessionOptions, mark: StartMark): Promise<ShellSession> {
    return startLocalSession(name, options, this.#place(mark));
  }

  protected async release(isUsed: boolean): Promise<void> {
    if (isUsed) await endTree({ pid: undefined, mark: this.prefix }, { graceMs: 100 });
    this.#reaper[Symbol.dispose]();
  }

  protected mustEnd(): boolean {
    return true;
  }

  #place(mark: StartMark): ProcessPlace {
    this.#reaper.start();
    return { ...mark, cwd: this.#cwd, env: this.#env, isolation: this.#isolation };
  }
}
