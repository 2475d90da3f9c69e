import { deferred } from '../../../core/deferred.ts';
import { RexError } from '../../../core/errors.ts';
import { ByteLog } from '../../process/byte-log.ts';
import type { SpawnOptions, TerminalSize } from '../../process/command.ts';
import { type Command, type CommandResult, defaultMaxOutputBytes } from '../../process/command.ts';
import { commandError } from '../../process/command-error.ts';
import { armLimits, type Limits } from '../../process/limits.ts';
import { outputText } from '../../process/output-text.ts';
import type {
  ExitReason,
  ExitStatus,
  PatternMatch,
  ProcessEvent,
  ProcessHandle,
  ReadOptions,
  WaitOptions,
} from '../../process/process-handle.ts';
import { waitFor, waitWithin } from '../../process/wait.ts';
import { exitCodeOf, toLog, toResult } from './dummy-outcome.ts';
import type { DummyResponse } from './dummy-script.ts';

/** What a runtime gives a dummy process. */
export interface DummyProcessPlace {
  readonly id: string;
  /** Makes the answer. */
  readonly answer: () => Promise<DummyResponse>;
  /** Aborted when the process is ended before its answer is there. */
  readonly stop: AbortController;
  /** Records what is written. */
  readonly onWrite: (data: string | Uint8Array) => void;
}

/** A process that prints its scripted answer and ends; with `stdin: 'pipe'` it stays until its input is closed. */
export class DummyProcess implements ProcessHandle {
  readonly id: string;
  readonly pid = undefined;
  readonly command: Command;
  readonly #options: SpawnOptions;
  readonly #place: DummyProcessPlace;
  readonly #log: ByteLog;
  readonly #done = deferred<ExitStatus>();
  readonly #inputClosed = deferred<void>();
  readonly #limits: Limits;
  #response: DummyResponse = {};
  #exit: ExitStatus | undefined;

  /** @throws INVALID_ARGUMENT for limits that mean nothing. */
  constructor(command: Command, options: SpawnOptions, place: DummyProcessPlace) {
    this.id = place.id;
    this.command = command;
    this.#options = options;
    this.#place = place;
    this.#log = new ByteLog(options.maxOutputBytes ?? defaultMaxOutputBytes);
    this.#limits = armLimits(options, (reason) => this.end(reason));
    if (options.stdin !== 'pipe') this.#inputClosed.resolve();
    void this.#run();
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
    const result = { ...toResult(this.command, this.#response, this.#log), exitCode, signal };
    const error = commandError(reason, result, this.#options);
    if (error) throw error;
    return result;
  }

  waitFor(pattern: string | RegExp, options: WaitOptions & { readonly after?: number } = {}): Promise<PatternMatch> {
    return waitFor(this.#log, pattern, options);
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#exit || this.#options.stdin !== 'pipe') {
      const message = this.#exit ? 'the process has ended' : 'standard input is closed';
      const hint = "Spawn it with `stdin: 'pipe'` to be able to write.";
      throw new RexError('PROCESS_ENDED', message, { id: this.id, operation: 'write' }, { hint });
    }
    this.#place.onWrite(data);
  }

  async closeInput(): Promise<void> {
    this.#inputClosed.resolve();
  }

  async resize(_size: TerminalSize): Promise<void> {
    if (this.#options.pty) return;
    const hint = 'Spawn it with `pty: true`.';
    throw new RexError('UNSUPPORTED', 'the process has no terminal', { feature: 'resize' }, { hint });
  }

  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<ExitStatus | undefined> {
    if (/^SIG(TERM|KILL|INT|HUP|QUIT)$/.test(signal)) this.end('kill', signal);
    return this.#exit;
  }

  /** Ends it at once, for the first reason that is given. */
  end(reason: ExitReason, signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#finish({ exitCode: null, signal, reason });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end('close');
  }

  async #run(): Promise<void> {
    try {
      this.#response = await this.#place.answer();
      for (const chunk of toLog(this.#response, this.#options).chunks()) {
        if (chunk.type === 'output') this.#log.append(chunk.stream, chunk.data);
      }
      await this.#inputClosed.promise;
      this.#finish({ exitCode: exitCodeOf(this.#response), signal: this.#response.signal ?? null, reason: 'exit' });
    } catch (error) {
      this.#done.reject(error);
      this.end('exit');
    }
  }

  #finish(status: ExitStatus): void {
    if (this.#exit) return;
    this.#exit = status;
    this.#limits[Symbol.dispose]();
    this.#place.stop.abort();
    this.#log.close();
    this.#done.resolve(status);
  }
}
