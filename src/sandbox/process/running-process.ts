import { deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import type { ByteLog } from './byte-log.ts';
import type { Child, ChildExit } from './child.ts';
import { type Command, type CommandResult, defaultGraceMs, type SpawnOptions, type TerminalSize } from './command.ts';
import { commandError } from './command-error.ts';
import type { EndTreeOptions } from './end-tree.ts';
import { outputText } from './output-text.ts';
import type {
  ExitReason,
  ExitStatus,
  PatternMatch,
  ProcessEvent,
  ProcessHandle,
  ReadOptions,
  WaitOptions,
} from './process-handle.ts';
import { toTerminalSize } from './terminal.ts';
import { waitFor, waitWithin } from './wait.ts';

/** How a process is reached where it runs. */
export interface ProcessControl {
  /** Ends the process, while its id is known to be its own, and everything that carries its mark. */
  endTree(pid: number | undefined, options: EndTreeOptions): Promise<void>;
  /** Delivers a signal to the process itself. */
  signal(signal: NodeJS.Signals): void | Promise<void>;
  /** Which limit of the sandbox ended it, in words; '' when none. Asked once, at its end, with its exit code. */
  failureReason(exitCode: number | null): string | Promise<string>;
}

/** What a {@link RunningProcess} is made of. */
export interface ProcessParts {
  readonly id: string;
  readonly command: Command;
  readonly options: SpawnOptions;
  readonly child: Child;
  readonly control: ProcessControl;
  readonly log: ByteLog;
  /** When its start began, by `performance.now()`. */
  readonly startedAt: number;
}

const endingSignals: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** A started process, here or in a target; see {@link ProcessHandle}. */
export class RunningProcess implements ProcessHandle {
  readonly id: string;
  readonly pid: number;
  readonly command: Command;
  readonly #options: SpawnOptions;
  readonly #control: ProcessControl;
  readonly #child: Child;
  readonly #log: ByteLog;
  readonly #startedAt: number;
  readonly #done = deferred<ExitStatus>();
  #exit: ExitStatus | undefined;
  #failure: RexError | undefined;
  #failureReason = '';
  #durationMs = 0;
  #reason: ExitReason = 'exit';
  #ending: Promise<void> | undefined;

  constructor(parts: ProcessParts) {
    const { id, command, options, child, control, log, startedAt } = parts;
    this.id = id;
    this.pid = child.pid;
    this.command = command;
    this.#options = options;
    this.#control = control;
    this.#child = child;
    this.#log = log;
    this.#startedAt = startedAt;
    void child.ended.then((exit) => this.#finish(exit));
  }

  /** Resolves when it has ended, or its outcome will never be known. */
  get ended(): Promise<void> {
    return settled(this.#done.promise);
  }

  /** Whether {@link ended} has resolved. */
  get over(): boolean {
    return this.#exit !== undefined || this.#failure !== undefined;
  }

  get exit(): ExitStatus | undefined {
    return this.#exit;
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<ProcessEvent> {
    yield* this.#log.read(options);
    if (this.#failure) throw this.#failure;
    if (this.#exit) yield { type: 'exit', ...this.#exit };
  }

  [Symbol.asyncIterator](): AsyncGenerator<ProcessEvent> {
    return this.read();
  }

  wait(options: WaitOptions = {}): Promise<ExitStatus> {
    return waitWithin(this.#done.promise, options, () => outputText(this.#log).output);
  }

  async result(options: WaitOptions = {}): Promise<CommandResult> {
    const { reason, exitCode, signal } = await this.wait(options);
    const result: CommandResult = {
      command: this.command,
      ...outputText(this.#log),
      exitCode,
      signal,
      failureReason: this.#failureReason,
      durationMs: this.#durationMs,
    };
    const error = commandError(reason, result, this.#options);
    if (error) throw error;
    return result;
  }

  async waitFor(
    pattern: string | RegExp,
    options: WaitOptions & { readonly after?: number } = {},
  ): Promise<PatternMatch> {
    try {
      return await waitFor(this.#log, pattern, options);
    } catch (error) {
      throw RexError.is(error, 'PATTERN_NOT_FOUND') && this.#failure ? this.#failure : error;
    }
  }

  async write(data: string | Uint8Array): Promise<void> {
    const taken = await this.#child.write(typeof data === 'string' ? Buffer.from(data) : data);
    if (taken) return;
    if (this.#failure) throw this.#failure;
    const message = this.#exit ? 'the process has ended' : 'standard input is closed';
    const hint = this.#exit ? 'Start it again.' : "Spawn it with `stdin: 'pipe'` to be able to write.";
    throw new RexError('PROCESS_ENDED', message, { id: this.id, operation: 'write' }, { hint });
  }

  async closeInput(): Promise<void> {
    this.#child.closeInput();
  }

  async resize(size: TerminalSize): Promise<void> {
    if (!this.#child.resize) {
      const hint = 'Spawn it with `pty: true`.';
      throw new RexError('UNSUPPORTED', 'the process has no terminal', { feature: 'resize' }, { hint });
    }
    await this.#child.resize(toTerminalSize(size));
  }

  async kill(
    signal: NodeJS.Signals = 'SIGTERM',
    options: { readonly graceMs?: number } = {},
  ): Promise<ExitStatus | undefined> {
    if (endingSignals.has(signal)) return await this.end('kill', { ...options, signal });
    if (!this.#exit) await this.#control.signal(signal);
    return this.#exit;
  }

  /** Ends the whole tree for a reason; the first reason stays. Resolves when all of it is gone. */
  async end(
    reason: ExitReason,
    options: { readonly signal?: NodeJS.Signals; readonly graceMs?: number },
  ): Promise<ExitStatus> {
    if (!this.#exit && this.#reason === 'exit') this.#reason = reason;
    if (this.#failure) throw this.#failure;
    const graceMs = options.graceMs ?? this.#options.graceMs ?? defaultGraceMs;
    const pid = this.#exit ? undefined : this.pid;
    this.#ending = Promise.all([this.#ending, this.#control.endTree(pid, { ...options, graceMs })]).then(() => {});
    await this.#ending;
    return await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#failure) return;
    await this.end('close', {});
  }

  async #finish({ exitCode, signal, failure }: ChildExit): Promise<void> {
    this.#durationMs = performance.now() - this.#startedAt;
    if (failure) {
      this.#failure = failure;
      this.#log.close();
      this.#done.reject(failure);
      return;
    }
    this.#failureReason = await this.#control.failureReason(exitCode);
    if (this.#reason !== 'exit') await settled(this.#ending);
    this.#exit = { exitCode, signal, reason: this.#reason };
    this.#log.close();
    this.#done.resolve(this.#exit);
  }
}

function settled(promise: Promise<unknown> | undefined): Promise<void> {
  return Promise.resolve(promise).then(
    () => {},
    () => {},
  );
}
