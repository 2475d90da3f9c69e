import type { Command, CommandResult, TerminalSize } from './command.ts';

/** Which of the two output streams a chunk came from; everything is `stdout` on a terminal or when merged. */
export type OutputStream = 'stdout' | 'stderr';

/** Position in a process's output: the number of bytes before it, both streams counted together. */
export type Cursor = number;

/** One step of a process's life as its readers see it. */
export type ProcessEvent =
  | { readonly type: 'output'; readonly stream: OutputStream; readonly cursor: Cursor; readonly data: Uint8Array }
  | { readonly type: 'gap'; readonly from: Cursor; readonly to: Cursor }
  | ({ readonly type: 'exit' } & ExitStatus);

/** Why a process ended. */
export type ExitReason = 'exit' | 'timeout' | 'idle' | 'abort' | 'kill' | 'close';

/** How a process ended. */
export interface ExitStatus {
  /** Exit code 0-255, or null when a signal ended it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended it, or null. */
  readonly signal: string | null;
  /** What made it end: itself (`exit`), a limit, or somebody's call. */
  readonly reason: ExitReason;
}

/** Limits of a wait. They end the wait, never the process. */
export interface WaitOptions {
  /** Give up after this long with `WAIT_TIMEOUT`. Default: none. */
  readonly timeoutMs?: number;
  /** Give up when aborted, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Where a reader starts and whether it stays. */
export interface ReadOptions extends Pick<WaitOptions, 'signal'> {
  /** First byte wanted; earlier ones are skipped. Default 0: everything from the start that is still kept. */
  readonly after?: Cursor;
  /** With false, the reader ends at what has been printed so far. Default true. */
  readonly follow?: boolean;
}

/** What {@link ProcessHandle.waitFor} found. */
export interface PatternMatch {
  /** The text that matched. */
  readonly text: string;
  /** The capture groups of a RegExp. */
  readonly groups: readonly (string | undefined)[];
  /** Position after the match: a start for the next search. */
  readonly cursor: Cursor;
}

/**
 * A running process, or one that has ended and is still remembered. Iterating it follows its output from the start;
 * each reader has its own cursor. Disposing it ends the whole process tree.
 */
export interface ProcessHandle extends AsyncIterable<ProcessEvent>, AsyncDisposable {
  /** Identifier for `runtime.attach(id)`, from this or another client. */
  readonly id: string;
  /** Process id in the target, where it is known. */
  readonly pid: number | undefined;
  readonly command: Command;
  /** How it ended, or undefined while it runs. */
  readonly exit: ExitStatus | undefined;
  /** Output and exit as a stream; a late reader replays what is kept, and sees a `gap` for what is not. */
  read(options?: ReadOptions): AsyncIterable<ProcessEvent>;
  /** Waits for the end. */
  wait(options?: WaitOptions): Promise<ExitStatus>;
  /**
   * Waits for the end and collects the output.
   * @throws COMMAND_TIMEOUT, COMMAND_IDLE_TIMEOUT or COMMAND_ABORTED when a limit or signal ended it.
   */
  result(options?: WaitOptions): Promise<CommandResult>;
  /**
   * Waits until the output after `after` (default 0) holds the text or matches the pattern.
   * @throws PATTERN_NOT_FOUND when the process ends without it, WAIT_TIMEOUT when time runs out.
   */
  waitFor(pattern: string | RegExp, options?: WaitOptions & { readonly after?: Cursor }): Promise<PatternMatch>;
  /** Sends to standard input. @throws PROCESS_ENDED when nobody can read it. */
  write(data: string | Uint8Array): Promise<void>;
  /** Closes standard input; idempotent. */
  closeInput(): Promise<void>;
  /** Changes the terminal's size. @throws UNSUPPORTED without a terminal. */
  resize(size: TerminalSize): Promise<void>;
  /**
   * Ends the whole tree and resolves when it is gone: `signal` (default SIGTERM) first, SIGKILL after `graceMs`.
   * Another signal than SIGTERM, SIGKILL, SIGINT, SIGHUP or SIGQUIT is only delivered, to the process itself.
   */
  kill(signal?: NodeJS.Signals, options?: { readonly graceMs?: number }): Promise<ExitStatus | undefined>;
}
