import type {
  FileSystem,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import type { ProcessHandle, WaitOptions } from '../process/process-handle.ts';
import type { InterruptOptions, Observation, RunOptions, Session, SessionOptions } from '../session/session.ts';

/** Whether a runtime answers. */
export interface Health {
  readonly isAlive: boolean;
  /** The reason when it does not. */
  readonly message: string;
}

/** A command for {@link Runtime.runInSession}, with the session's name. */
export interface SessionCommand extends RunOptions {
  readonly command: string | Uint8Array;
  /** Default `'default'`. */
  readonly session?: string;
}

/** An interrupt for {@link Runtime.runInSession}. */
export interface SessionInterrupt extends InterruptOptions {
  readonly type: 'interrupt';
  /** Default `'default'`. */
  readonly session?: string;
}

/** A process as {@link Runtime.processes} lists it. */
export interface ProcessInfo {
  readonly id: string;
  readonly command: Command;
  readonly pid: number | undefined;
  readonly running: boolean;
}

/**
 * A place where commands run: one-off commands, followed processes, persistent shell sessions and files. The methods
 * with SWE-ReX's names do what SWE-ReX's do; `session.run()` and `files` are the comfortable way. Every operation of
 * a closed runtime throws RUNTIME_CLOSED. Closing ends everything it started.
 */
export interface Runtime extends AsyncDisposable {
  /** Answers and never throws for a target that does not. */
  isAlive(options?: WaitOptions): Promise<Health>;

  /** Runs a command to its end; nothing can wait for input. */
  execute(command: Command, options?: CommandOptions): Promise<CommandResult>;
  /** Starts a process to follow, write to and kill. */
  spawn(command: Command, options?: SpawnOptions): Promise<ProcessHandle>;
  /** A process by its id, also one that another client started or that ended lately. @throws PROCESS_NOT_FOUND */
  attach(id: string): Promise<ProcessHandle>;
  /** Processes that run or ended lately. */
  processes(): Promise<readonly ProcessInfo[]>;

  /** Starts a named shell session. @throws SESSION_EXISTS, SESSION_START_FAILED (the name stays free) */
  createSession(options?: SessionOptions): Promise<Session>;
  /** A session by name. @throws SESSION_NOT_FOUND */
  session(name?: string): Session;
  /** Names of the live sessions. */
  sessions(): Promise<readonly string[]>;
  /** Runs a command in, or interrupts, a session by name. @throws SESSION_NOT_FOUND and what `session.run` throws */
  runInSession(action: SessionCommand | SessionInterrupt): Promise<Observation>;
  /** Closes a session by name. @throws SESSION_NOT_FOUND */
  closeSession(name?: string): Promise<void>;

  /** Text of a file. */
  readFile(path: string, options?: ReadTextOptions): Promise<string>;
  /** Writes a file, making its parents. */
  writeFile(path: string, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /** Carries a local file or directory into the target. */
  upload(localPath: string, targetPath: string, options?: TransferOptions): Promise<TransferResult>;
  /** Carries a file or directory of the target here. */
  download(targetPath: string, localPath: string, options?: TransferOptions): Promise<TransferResult>;
  /** Everything else about files. */
  readonly files: FileSystem;

  /** Ends all sessions and processes; idempotent. */
  close(): Promise<void>;
}
