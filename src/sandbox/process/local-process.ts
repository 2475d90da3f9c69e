import { deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { ByteLog } from './byte-log.ts';
import { type Child, type ChildExit, startOnPipes, startOnTerminal } from './child.ts';
import type { SpawnOptions, TerminalSize } from './command.ts';
import { type Command, type CommandResult, defaultGraceMs, defaultMaxOutputBytes } from './command.ts';
import { assertNotAborted, commandError } from './command-error.ts';
import { endTree } from './end-tree.ts';
import { feedInput } from './feed-input.ts';
import type { Isolation } from './isolation.ts';
import { type LaunchDefaults, toLaunch } from './launch.ts';
import { armLimits, checkBytes, checkLimits, type Limits } from './limits.ts';
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
import { startError } from './start-error.ts';
import { toTerminalSize } from './terminal.ts';
import { waitFor, waitWithin } from './wait.ts';

/** What a runtime gives each process it starts. */
export interface ProcessPlace extends LaunchDefaults {
  readonly id: string;
  /** Value of the tree's mark in the environment. */
  readonly mark: string;
  readonly isolation?: Isolation | undefined;
}

const endingSignals: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** Starts a process of this machine. @throws COMMAND_NOT_STARTED, INVALID_ARGUMENT, DEPENDENCY_MISSING */
export async function startLocalProcess(
  command: Command,
  options: SpawnOptions,
  place: ProcessPlace,
): Promise<LocalProcess> {
  checkBytes('maxOutputBytes', options.maxOutputBytes);
  checkLimits(options);
  assertNotAborted(command, options.signal);
  const log = new ByteLog(options.maxOutputBytes ?? defaultMaxOutputBytes);
  let limits: Limits | undefined;
  const listen = (stream: 'stdout' | 'stderr', data: Uint8Array) => {
    limits?.touch();
    log.append(stream, data);
  };
  const plain = toLaunch(command, options, place, place.mark);
  const launch = place.isolation ? await place.isolation.wrap(plain) : plain;
  const startedAt = performance.now();
  let child: Child;
  try {
    child = options.pty
      ? await startOnTerminal(launch, toTerminalSize(options.pty), listen)
      : await startOnPipes(launch, options.stdin === undefined ? 'ignore' : 'pipe', listen);
  } catch (error) {
    throw RexError.is(error) ? error : startError(error, command, plain);
  }
  const running = new LocalProcess(command, options, place, child, log, startedAt);
  limits = armLimits(options, (reason) => void running.end(reason, {}));
  void running.wait().then(() => limits?.[Symbol.dispose]());
  if (options.stdin !== undefined && options.stdin !== 'pipe') void feedInput(child, options.stdin);
  return running;
}

/** A process of this machine; see {@link ProcessHandle}. */
export class LocalProcess implements ProcessHandle {
  readonly id: string;
  readonly pid: number;
  readonly command: Command;
  readonly #options: SpawnOptions;
  readonly #place: ProcessPlace;
  readonly #child: Child;
  readonly #log: ByteLog;
  readonly #startedAt: number;
  readonly #done = deferred<ExitStatus>();
  #exit: ExitStatus | undefined;
  #failureReason = '';
  #durationMs = 0;
  #reason: ExitReason = 'exit';
  #ending: Promise<void> | undefined;

  constructor(
    command: Command,
    options: SpawnOptions,
    place: ProcessPlace,
    child: Child,
    log: ByteLog,
    startedAt: number,
  ) {
    this.id = place.id;
    this.pid = child.pid;
    this.command = command;
    this.#options = options;
    this.#place = place;
    this.#child = child;
    this.#log = log;
    this.#startedAt = startedAt;
    void child.ended.then((exit) => this.#finish(exit));
  }

  get exit(): ExitStatus | undefined {
    return this.#exit;
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<ProcessEvent> {
    yield* this.#log.read(options);
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

  waitFor(pattern: string | RegExp, options: WaitOptions & { readonly after?: number } = {}): Promise<PatternMatch> {
    return waitFor(this.#log, pattern, options);
  }

  async write(data: string | Uint8Array): Promise<void> {
    const taken = await this.#child.write(typeof data === 'string' ? Buffer.from(data) : data);
    if (taken) return;
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
    this.#child.resize(toTerminalSize(size));
  }

  async kill(
    signal: NodeJS.Signals = 'SIGTERM',
    options: { readonly graceMs?: number } = {},
  ): Promise<ExitStatus | undefined> {
    if (endingSignals.has(signal)) return await this.end('kill', { ...options, signal });
    if (!this.#exit) process.kill(this.#place.isolation?.commandOf?.(this.pid) ?? this.pid, signal);
    return this.#exit;
  }

  /** Ends the whole tree for a reason; the first reason stays. Resolves when all of it is gone. */
  async end(
    reason: ExitReason,
    options: { readonly signal?: NodeJS.Signals; readonly graceMs?: number },
  ): Promise<ExitStatus> {
    if (!this.#exit && this.#reason === 'exit') this.#reason = reason;
    const graceMs = options.graceMs ?? this.#options.graceMs ?? defaultGraceMs;
    const tree = { pid: this.#exit ? undefined : this.pid, mark: this.#place.mark };
    this.#ending = Promise.all([this.#ending, endTree(tree, { ...options, graceMs })]).then(() => {});
    await this.#ending;
    return await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('close', {});
  }

  async #finish({ exitCode, signal }: ChildExit): Promise<void> {
    this.#durationMs = performance.now() - this.#startedAt;
    this.#failureReason = (await this.#place.isolation?.failureReason(this.pid)) ?? '';
    if (this.#reason !== 'exit') await this.#ending;
    this.#exit = { exitCode, signal, reason: this.#reason };
    this.#log.close();
    this.#done.resolve(this.#exit);
  }
}
