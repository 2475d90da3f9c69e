import type { Command, CommandResult, TerminalSize } from '../../process/command.ts';
import type {
  ExitStatus,
  PatternMatch,
  ProcessEvent,
  ProcessHandle,
  ReadOptions,
  WaitOptions,
} from '../../process/process-handle.ts';
import { checkLimit, type RuntimePolicy } from './runtime-policy.ts';

/** A process of a restricted runtime: its handle alone, with no way to what lies behind it. */
export class RestrictedProcess implements ProcessHandle {
  readonly #handle: ProcessHandle;
  readonly #policy: RuntimePolicy;

  constructor(handle: ProcessHandle, policy: RuntimePolicy) {
    this.#handle = handle;
    this.#policy = policy;
  }

  get id(): string {
    return this.#handle.id;
  }

  get pid(): number | undefined {
    return this.#handle.pid;
  }

  get command(): Command {
    return this.#handle.command;
  }

  get exit(): ExitStatus | undefined {
    return this.#handle.exit;
  }

  read(options?: ReadOptions): AsyncIterable<ProcessEvent> {
    return this.#handle.read(options);
  }

  [Symbol.asyncIterator](): AsyncIterator<ProcessEvent> {
    return this.#handle[Symbol.asyncIterator]();
  }

  wait(options?: WaitOptions): Promise<ExitStatus> {
    return this.#handle.wait(options);
  }

  result(options?: WaitOptions): Promise<CommandResult> {
    return this.#handle.result(options);
  }

  waitFor(pattern: string | RegExp, options?: WaitOptions & { readonly after?: number }): Promise<PatternMatch> {
    return this.#handle.waitFor(pattern, options);
  }

  write(data: string | Uint8Array): Promise<void> {
    return this.#handle.write(data);
  }

  closeInput(): Promise<void> {
    return this.#handle.closeInput();
  }

  resize(size: TerminalSize): Promise<void> {
    return this.#handle.resize(size);
  }

  async kill(signal?: NodeJS.Signals, options: { readonly graceMs?: number } = {}): Promise<ExitStatus | undefined> {
    const given = { ...options };
    checkLimit(this.#policy, 'maxTimeoutMs', given.graceMs ?? 0);
    return await this.#handle.kill(signal, given);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#handle[Symbol.asyncDispose]());
  }
}
