/**
 * What to run. An argv array starts the program directly, with no shell in between; a string is a script for the
 * target's shell (`/bin/sh -c` unless `shell` says otherwise).
 */
export type Command = string | readonly string[];

/** Bytes for a command's standard input; streams are read as fast as the command takes them. */
export type CommandInput = string | Uint8Array | AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>;

/** How a command runs. All optional; sizes in bytes, durations in milliseconds. */
export interface CommandOptions {
  /** Working directory; default: the runtime's. */
  readonly cwd?: string;
  /** Environment variables, added to the runtime's; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** With `false`, `env` is the whole environment. Default true. */
  readonly inheritEnv?: boolean;
  /** Standard input; closed at once when absent, so nothing can wait for it. */
  readonly stdin?: CommandInput;
  /** Ends the whole process tree after this time; partial output is in the error. Default: none. */
  readonly timeoutMs?: number;
  /** Ends the whole process tree after this long without output. Default: none. */
  readonly idleTimeoutMs?: number;
  /** How much output is kept; beyond it head and tail stay and the cut is marked. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Aborting ends the whole process tree. */
  readonly signal?: AbortSignal;
  /** `'raise'` turns a non-zero exit into a `COMMAND_FAILED` error. Default `'return'`. */
  readonly check?: 'return' | 'raise';
  /** `'merged'` sends standard error where standard output goes, in exact order. Default `'separate'`. */
  readonly streams?: 'separate' | 'merged';
  /** Time between SIGTERM and SIGKILL when the tree is ended. Default 500. */
  readonly graceMs?: number;
  /** Shell for a command given as a string. Default `/bin/sh`. */
  readonly shell?: string;
}

/** Terminal size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Options of a process that is followed while it runs. */
export interface SpawnOptions extends Omit<CommandOptions, 'stdin' | 'check'> {
  /** As for a command, or `'pipe'` to keep standard input open for `write`. */
  readonly stdin?: CommandInput | 'pipe';
  /** Runs the process on a pseudo-terminal of this size (`true`: 80 x 24). Needs `@lydell/node-pty`. */
  readonly pty?: boolean | TerminalSize;
}

/** How much of what was printed is kept. */
export interface OutputSummary {
  /** Bytes printed in all. */
  readonly outputBytes: number;
  /** True when bytes were dropped between head and tail; the text carries a mark there. */
  readonly truncated: boolean;
}

/** A finished command. Its error form, `CommandErrorContext`, reads alike. */
export interface CommandResult extends OutputSummary {
  readonly command: Command;
  /** Standard output and error in arrival order. */
  readonly output: string;
  /** Standard output as UTF-8; invalid bytes appear as U+FFFD. */
  readonly stdout: string;
  /** Standard error, empty when merged. */
  readonly stderr: string;
  /** Exit code 0-255, or null when a signal ended it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended it, or null. */
  readonly signal: string | null;
  /** Which limit of the sandbox ended it, in words ("memory limit of 256 MiB reached"); empty otherwise. */
  readonly failureReason: string;
  readonly durationMs: number;
}

/** Default of `maxOutputBytes`. */
export const defaultMaxOutputBytes: number = 16 * 1024 * 1024;

/** Default of `graceMs`. */
export const defaultGraceMs = 500;
