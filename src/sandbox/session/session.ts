import type { OutputSummary, TerminalSize } from '../process/command.ts';
import type { Cursor, OutputStream } from '../process/process-handle.ts';

/** A text to find literally, or a RegExp. */
export type Pattern = string | RegExp;

/** Default of {@link SessionOptions.startupTimeoutMs}. */
export const defaultStartupTimeoutMs = 10_000;

/** How a session starts. All optional. */
export interface SessionOptions {
  /** Name within the runtime. Default `'default'`. */
  readonly session?: string;
  /**
   * Program to run as the shell; it must be bash. Default `bash` from the PATH. Targets, such as containers, take any POSIX
   * shell, and without bash `sh` is their default.
   */
  readonly shell?: string;
  /** First working directory; default: the runtime's. */
  readonly cwd?: string;
  /** Environment variables, added to the runtime's; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** With `false`, `env` is the whole environment. Default true. */
  readonly inheritEnv?: boolean;
  /** Whether the user's `~/.bashrc` is read, as an interactive bash would. Default true. */
  readonly loadRc?: boolean;
  /** Files sourced, in order, after the rc file. A missing one fails the start. */
  readonly startupSource?: readonly string[];
  /** Time for rc file and sources. Default 10,000. */
  readonly startupTimeoutMs?: number;
  /** Runs the shell on a pseudo-terminal (`true`: 80 x 24); needs `@lydell/node-pty`. Default false: pipes. */
  readonly pty?: boolean | TerminalSize;
  /** `'separate'` keeps standard error apart (pipes only). Default `'merged'`: exact order, as on a terminal. */
  readonly streams?: 'merged' | 'separate';
  /** Default of `maxOutputBytes` for every run. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Aborting gives up the start. */
  readonly signal?: AbortSignal;
}

/** A piece of a command's output, as {@link RunOptions.onOutput} gets it. */
export interface OutputChunk {
  readonly stream: OutputStream;
  /** Bytes of the command's output before this piece; a jump is what was dropped on a slow connection. */
  readonly cursor: Cursor;
  readonly data: Uint8Array;
  /** The piece as text; a character that is cut between two pieces comes with the second. */
  readonly text: string;
}

/** How one command runs in a session. All optional. */
export interface RunOptions {
  /** Ends the command and all it started after this time; partial output is in the error, the session stays usable. */
  readonly timeoutMs?: number;
  /** Ends the command and all it started after this long without output. */
  readonly idleTimeoutMs?: number;
  /** How much output is kept, head and tail. Default: the session's. */
  readonly maxOutputBytes?: number;
  /** Aborting ends the command and all it started. */
  readonly signal?: AbortSignal;
  /** `'raise'` turns a non-zero exit into `COMMAND_FAILED`. Default `'return'`. */
  readonly check?: 'return' | 'raise';
  /**
   * Called with each piece of output as it comes, before the run returns. Throwing ends the command as an abort does, and
   * the run rejects with what was thrown. After a match of `expect` pieces may reach beyond it. A SWE-ReX server cannot:
   * UNSUPPORTED.
   */
  readonly onOutput?: (chunk: OutputChunk) => void;
  /** Returns as soon as one of these appears in the output; the program goes on running. */
  readonly expect?: Pattern | readonly Pattern[];
  /**
   * Sends the text, and a newline, to the program that an earlier `expect` left running; starts it as a command when
   * none runs. Returns at a match of `expect` or at the program's end.
   */
  readonly interactive?: boolean;
  /** Refuses the whole script with `SESSION_SYNTAX`, running none of it, when it does not parse. Default false. */
  readonly validate?: boolean;
}

/** What one run printed and how it ended. */
export interface Observation extends OutputSummary {
  /** What the command printed, standard error included, cut before the match when `expect` ended the run. */
  readonly output: string;
  /** Standard output alone; equals `output` when the streams are merged. */
  readonly stdout: string;
  /** Standard error alone; empty when the streams are merged. */
  readonly stderr: string;
  /** Exit code 0-255 (128 + n for signal n), or null while the program still runs after a match. */
  readonly exitCode: number | null;
  /** The text that `expect` matched, or undefined. */
  readonly matched: string | undefined;
  /** Which pattern of `expect` matched. */
  readonly pattern: Pattern | undefined;
  /** What background jobs printed since the previous run ended; part of nobody's result. */
  readonly backgroundOutput: string;
  /** Which limit of the sandbox was hit, in words; empty otherwise. */
  readonly failureReason: string;
  readonly durationMs: number;
}

/** How an interrupt proceeds. All optional. */
export interface InterruptOptions {
  /** Time a program has between SIGINT and SIGKILL. Default 200. */
  readonly graceMs?: number;
  /** Time until the attempt is given up with `INTERRUPT_FAILED`. Default 5,000. */
  readonly timeoutMs?: number;
}

/** `idle`: nothing runs. `busy`: a call waits. `running`: a program goes on after a match. `closed`: the shell is gone. */
export type SessionState = 'idle' | 'busy' | 'running' | 'closed';

/**
 * A shell that lives on between commands: directory, variables, functions, options and jobs persist. Calls queue in
 * order. Disposing it ends everything it started.
 */
export interface Session extends AsyncDisposable {
  readonly name: string;
  readonly state: SessionState;
  /** The shell's process id in the target, where it is known. */
  readonly pid: number | undefined;
  /** What the rc file and the sources printed. */
  readonly startupOutput: string;
  /**
   * Runs a script as bash would run it from a file.
   * @throws SESSION_ENDED when the script ended the shell, with its exit code; COMMAND_TIMEOUT, COMMAND_IDLE_TIMEOUT,
   * COMMAND_ABORTED with the partial output; COMMAND_FAILED with `check: 'raise'`; SESSION_BUSY when a program still runs.
   */
  run(script: string | Uint8Array, options?: RunOptions): Promise<Observation>;
  /** Sends text to the running program as it is, without a newline. @throws PROCESS_ENDED when none runs. */
  send(data: string | Uint8Array): Promise<void>;
  /** Waits for a pattern, or the end, of the program that is running; options as for `run`. */
  waitFor(
    expect: Pattern | readonly Pattern[],
    options?: Omit<RunOptions, 'expect' | 'interactive' | 'validate'>,
  ): Promise<Observation>;
  /**
   * Stops what runs, even a program that ignores SIGINT and SIGTSTP, and returns what it printed. Does nothing when
   * nothing runs. What the command put in the background ends too; background jobs of earlier commands stay.
   */
  interrupt(options?: InterruptOptions): Promise<Observation>;
  /** Changes the terminal's size. @throws UNSUPPORTED without a terminal. */
  resize(size: TerminalSize): Promise<void>;
  /** Ends the shell and everything it started, `nohup` and `setsid` children included; idempotent. */
  close(): Promise<void>;
}
