import type { FileSystem } from '../files/file-system.ts';
import type { TerminalSize } from '../process/command.ts';
import type { OutputStream } from '../process/process-handle.ts';
import type { Ask } from './files/ask.ts';
import type { LimitProbe } from './limit-watch.ts';

/** How a far program ended. */
export interface StreamEnd {
  /** Exit code 0-255, or null when a signal ended it or it is not known. */
  readonly exitCode: number | null;
  /** Name of the signal that ended it, or null. */
  readonly signal: string | null;
  /** Set when the stream broke before the end was known: link cut, container gone, engine stopped. Says why, in words. */
  readonly lost?: string;
}

/** A running program's bytes, in both directions. */
export interface TargetStream {
  /** Receives what the program prints, in arrival order; everything is `stdout` on a terminal. Set once, at once. */
  onOutput: (stream: OutputStream, data: Uint8Array) => void;
  /** Resolves once the program has ended, or the link broke, and everything it printed was delivered; never rejects. */
  readonly ended: Promise<StreamEnd>;
  /** Sends to standard input; resolves when more may be sent, false when nobody can read it. */
  write(data: Uint8Array): Promise<boolean>;
  /** Closes standard input; idempotent. */
  closeInput(): void;
  /** Sets the terminal's size; does nothing without one. A promise that is returned is awaited. */
  resize(size: TerminalSize): void;
  /** Lets go of the stream; the program may go on. `ended` resolves. Idempotent. */
  destroy(): void;
}

/** How a stream is opened. */
export interface OpenStreamOptions {
  /** Runs the program on a pseudo-terminal of this size. Default: pipes. */
  readonly terminal?: TerminalSize;
  /** Aborting gives up the opening. */
  readonly signal?: AbortSignal;
}

/**
 * A machine, container or account in which programs can be started, that has a POSIX shell and nothing else of ours:
 * a container engine's exec, an SSH connection. {@link TargetRuntime} makes a whole runtime of it.
 */
export interface Target {
  /** What it is, for messages: `container 3f2a…`, `ssh me@host`. */
  readonly name: string;
  /** Directory in which commands start and relative paths begin; absolute. */
  readonly cwd: string;
  /** Environment variables added to the target's own for everything that is started. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts `/bin/sh -c SCRIPT`. @throws CONNECTION_FAILED, COMMAND_NOT_STARTED */
  open(script: string, options?: OpenStreamOptions): Promise<TargetStream>;
  /** Makes its files, where there is a better way than through the shell alone. `ask` is for small scripts. */
  files?(ask: Ask): FileSystem;
  /** How it tells that a limit was hit; absent where it has none. */
  readonly limits?: LimitProbe | undefined;
  /** Why the target is gone (`container ended with exit code 137: out of memory`), or undefined while it is there. */
  gone(): string | undefined;
  /** Resolves, with the reason, once the target is gone for good. */
  readonly lost: Promise<string>;
}
