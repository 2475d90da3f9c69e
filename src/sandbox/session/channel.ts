import type { RexError } from '../../core/errors.ts';
import type { TerminalSize } from '../process/command.ts';
import type { OutputStream } from '../process/process-handle.ts';

/** How a channel's shell ended. */
export interface ChannelEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Set when the link to the shell broke: what the script that ran rejects with. */
  readonly failure?: RexError;
}

/**
 * What a shell session needs of the place where its bash runs. Bash reads its commands from the control stream, which
 * is its standard input; file descriptor {@link programInput} is what programs read. The protocol is the same on local
 * pipes, a pseudo-terminal, a container's exec stream or an SSH channel.
 */
export interface Channel {
  /** Process id of the program that was started, where it is known: bash, or what confines it. */
  readonly pid: number | undefined;
  /** Whether standard error comes apart from standard output. */
  readonly separate: boolean;
  /** Whether programs run on a terminal. */
  readonly terminal: boolean;
  /** Receives everything that is printed; set once, before the first write. */
  onOutput: (stream: OutputStream, data: Uint8Array) => void;
  /** Resolves when the shell has ended and everything it printed was delivered. */
  readonly ended: Promise<ChannelEnd>;
  /** Sends shell text to bash. */
  writeControl(data: Uint8Array): void;
  /** Sends to the standard input of programs; false when nobody can read it. */
  writeInput(data: Uint8Array): Promise<boolean>;
  /**
   * Shell text that reads what programs left unread of their input, where bytes may still be on their way; the channel
   * marks its end with a line of its own. Absent where a look at what has come is enough.
   */
  drainInput?(): string;
  /** Sets the terminal's size. */
  resize(size: TerminalSize): void;
  /** Told once which process id bash has in its own eyes. */
  located(innerPid: number): void;
  /** Remembers which jobs of the shell run before a command: an interrupt leaves them alone. */
  markBackground(): void;
  /** Delivers a signal to the programs of the running command, `programs`, or to bash itself, `shell`. */
  signal(target: 'programs' | 'shell', signal: NodeJS.Signals): void;
  /** Resolves when no signal is on its way any more; absent where they arrive at once. */
  quiet?(): Promise<void>;
  /** Which limit of the sandbox a script hit, or ended the shell, by their exit code; '' otherwise. */
  failureReason(exitCode: number | null): Promise<string>;
  /** Ends the shell and everything it started; idempotent. */
  close(): Promise<void>;
}

/** File descriptor on which a channel hands bash the standard input of programs. */
export const programInput = 3;
