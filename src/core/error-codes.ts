/** What is known about a command when it ends in an error: everything it printed until then is kept. */
export interface CommandErrorContext {
  /** The script or argv that was run. */
  readonly command: string | readonly string[];
  /** Standard output and standard error in arrival order, cut to `maxOutputBytes`. */
  readonly output: string;
  /** Standard output (everything, where the streams are merged). */
  readonly stdout: string;
  /** Standard error (empty where the streams are merged). */
  readonly stderr: string;
  /** Exit code, or null when a signal ended the command or it is not known. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the command, or null. */
  readonly signal: string | null;
}

/** Which path, and what was to be done with it. */
export interface FileErrorContext {
  readonly path: string;
  readonly operation: string;
}

/** Which session. */
export interface SessionErrorContext {
  readonly session: string;
}

/** Typed context of every error code. A code never changes its meaning. */
export interface ErrorContexts {
  INVALID_ARGUMENT: { readonly argument: string; readonly expected: string; readonly received: string };
  UNSUPPORTED: { readonly feature: string };
  DEPENDENCY_MISSING: { readonly dependency: string; readonly install: string };
  RUNTIME_CLOSED: { readonly operation: string };
  POLICY_DENIED: { readonly rule: string; readonly subject: string };
  LIMIT_EXCEEDED: { readonly limit: string; readonly maximum: number; readonly received?: number };

  COMMAND_NOT_STARTED: { readonly command: string | readonly string[]; readonly errno: string | undefined };
  COMMAND_FAILED: CommandErrorContext;
  COMMAND_TIMEOUT: CommandErrorContext & { readonly timeoutMs: number };
  COMMAND_IDLE_TIMEOUT: CommandErrorContext & { readonly idleTimeoutMs: number };
  COMMAND_ABORTED: CommandErrorContext;
  PROCESS_NOT_FOUND: { readonly id: string };
  PROCESS_ENDED: { readonly id: string; readonly operation: string };
  PATTERN_NOT_FOUND: { readonly pattern: string; readonly output: string };
  WAIT_TIMEOUT: { readonly waitedMs: number; readonly output: string };

  SESSION_EXISTS: SessionErrorContext;
  SESSION_NOT_FOUND: SessionErrorContext;
  SESSION_START_FAILED: SessionErrorContext & { readonly output: string; readonly reason: string };
  SESSION_ENDED: SessionErrorContext & CommandErrorContext;
  SESSION_BUSY: SessionErrorContext & { readonly running: string };
  SESSION_SYNTAX: SessionErrorContext & CommandErrorContext;
  INTERRUPT_FAILED: SessionErrorContext & { readonly attempts: number };

  FILE_NOT_FOUND: FileErrorContext;
  FILE_EXISTS: FileErrorContext;
  PERMISSION_DENIED: FileErrorContext;
  IS_DIRECTORY: FileErrorContext;
  NOT_DIRECTORY: FileErrorContext;
  DIRECTORY_NOT_EMPTY: FileErrorContext;
  DISK_FULL: FileErrorContext;
  PATH_ESCAPE: FileErrorContext & { readonly root: string };
  FILE_NOT_TEXT: FileErrorContext & { readonly encoding: string; readonly position: number };
  FILE_ERROR: FileErrorContext & { readonly errno: string };

  DEPLOYMENT_NOT_STARTED: { readonly deployment: string };
  DEPLOYMENT_START_FAILED: { readonly deployment: string; readonly reason: string };
  CONNECTION_FAILED: { readonly url: string; readonly reason: string };
  OUTCOME_UNKNOWN: { readonly operation: string; readonly reason: string };
  UNAUTHORIZED: { readonly url: string };
  PROTOCOL_ERROR: { readonly url: string; readonly status: number; readonly body: string };
  REMOTE_ERROR: { readonly classPath: string; readonly extraInfo: Readonly<Record<string, unknown>> };
  DUMMY_EXHAUSTED: { readonly command: string };
}

/** Stable identifier of an error; see {@link ErrorContexts} for what each carries. */
export type ErrorCode = keyof ErrorContexts;

/** Codes whose cause may pass, so that the same call can succeed later. */
export const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COMMAND_TIMEOUT',
  'COMMAND_IDLE_TIMEOUT',
  'WAIT_TIMEOUT',
  'SESSION_BUSY',
  'CONNECTION_FAILED',
]);
