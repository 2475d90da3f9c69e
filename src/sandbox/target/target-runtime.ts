import { RexError } from '../../core/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { guardFiles } from '../files/guard-files.ts';
import type { Command, SpawnOptions } from '../process/command.ts';
import { endTree } from '../process/end-tree.ts';
import type { WaitOptions } from '../process/process-handle.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { HostRuntime, type StartMark } from '../runtime/host-runtime.ts';
import type { Health, Runtime } from '../runtime/runtime.ts';
import type { SessionOptions } from '../session/session.ts';
import type { ShellSession } from '../session/shell-session.ts';
import { Attendant } from './attendant.ts';
import { linkMark } from './attendant-text.ts';
import { FarProcesses } from './far-processes.ts';
import type { Ask } from './files/ask.ts';
import { LimitWatch } from './limit-watch.ts';
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
export class TargetRuntime extends HostRuntime {
  readonly #target: Target;
  readonly #attendant: Attendant;
  readonly #far: FarProcesses;
  readonly #limits: LimitWatch | undefined;
  readonly #givenFiles: FileSystem | undefined;
  readonly #keep: boolean;
  #files: FileSystem | undefined;
  #bash = false;

  constructor(target: Target, options: TargetRuntimeOptions = {}) {
    super();
    this.#target = target;
    this.#givenFiles = options.files;
    this.#keep = options.whenCut === 'keep';
    this.#attendant = new Attendant(target, { prefix: this.prefix, farewell: options.whenCut ?? 'end' });
    this.#far = new FarProcesses(this.#attendant);
    if (target.limits) this.#limits = new LimitWatch(target.limits, (script) => this.#attendant.request(script));
  }

  /** Starts what the runtime needs in the target and looks at what is there. @throws CONNECTION_FAILED */
  async open(signal?: AbortSignal): Promise<this> {
    const { status } = await this.#attendant.request('command -v bash >/dev/null', signal);
    this.#bash = status === 0;
    await this.#limits?.look();
    const ask: Ask = (script) => this.#attendant.request(script);
    const files = this.#givenFiles ?? this.#target.files?.(ask) ?? (await this.#shellFiles(ask));
    this.#files = guardFiles(files, (operation) => this.assertOpen(operation));
    return this;
  }

  get files(): FileSystem {
    if (this.#files) return this.#files;
    const context = { deployment: this.#target.name };
    throw new RexError('DEPLOYMENT_NOT_STARTED', 'the runtime is not open', context, { hint: 'Await `open()` first.' });
  }

  async isAlive(options: WaitOptions = {}): Promise<Health> {
    if (this.isClosed) return { isAlive: false, message: 'the runtime is closed' };
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

  protected startProcess(command: Command, options: SpawnOptions, mark: StartMark): Promise<RunningProcess> {
    return startTargetProcess(command, options, this.#place(mark));
  }

  protected startSession(name: string, options: SessionOptions, mark: StartMark): Promise<ShellSession> {
    return startTargetSession(name, options, this.#place(mark), this.#bash ? 'bash' : 'sh');
  }

  protected async release(isUsed: boolean): Promise<void> {
    if (isUsed) await endTree({ pid: undefined, mark: this.prefix }, { graceMs: 100 }, this.#far).catch(() => {});
    await this.#attendant.close();
  }

  async #shellFiles(ask: Ask): Promise<FileSystem> {
    const { ShellFiles } = await import('./files/shell-files.ts');
    return new ShellFiles(this.#target, { ask });
  }

  /** A target that cannot be reached any more ends everything itself, or has ended. */
  protected mustEnd(): boolean {
    return false;
  }

  #place({ id, mark }: StartMark): TargetPlace {
    const marked = { id, mark: linkMark(this.prefix, this.#attendant.link, mark) };
    return { ...marked, target: this.#target, processes: this.#far, limits: this.#limits, keep: this.#keep };
  }
}
