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

/** Which node of a graph. */
export interface NodeErrorContext {
  readonly node: string;
}

/** An error of a task as a run keeps it. */
export interface TaskErrorContext {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** Something in a tool's input or output that does not fit its schema. */
export interface ToolFault {
  /** Such as `files[0].name`; empty for the value itself. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** Why text in a file was not replaced. */
export type EditProblem = 'not-found' | 'not-unique' | 'empty' | 'unchanged';

/** What is wrong with a task graph. */
export type GraphProblem = 'shape' | 'cycle' | 'unknown-dependency' | 'duplicate-id';

/** Typed context of every error code. A code never changes its meaning. */
export interface ErrorContexts {
  INVALID_ARGUMENT: { readonly argument: string; readonly expected: string; readonly received: string };
  UNSUPPORTED: { readonly feature: string };
  DEPENDENCY_MISSING: { readonly dependency: string; readonly install: string };
  RUNTIME_CLOSED: { readonly operation: string };
  POLICY_DENIED: { readonly rule: string; readonly subject: string };
  LIMIT_EXCEEDED: { readonly limit: string; readonly maximum: number; readonly received?: number };

  COMMAND_NOT_STARTED: {
    readonly command: string | readonly string[];
    readonly errno: string | undefined;
    /** The working directory, where that is what is missing. */
    readonly missingCwd?: string | undefined;
  };
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
  IMAGE_NOT_FOUND: { readonly image: string };
  PULL_DENIED: { readonly image: string; readonly registry: string; readonly reason: string };
  CONTAINER_EXISTS: { readonly container: string };
  DEPLOYMENTS_DOWN: { readonly reasons: Readonly<Record<string, string>> };
  POOL_CLOSED: { readonly reason: string };
  LEASE_RELEASED: { readonly lease: string };
  CONNECTION_FAILED: { readonly url: string; readonly reason: string };
  OUTCOME_UNKNOWN: { readonly operation: string; readonly reason: string };
  UNAUTHORIZED: { readonly url: string };
  HOST_KEY_REFUSED: {
    readonly host: string;
    readonly keyType: string;
    readonly fingerprint: string;
    readonly verdict: 'unknown' | 'changed' | 'revoked';
  };
  PROTOCOL_ERROR: { readonly url: string; readonly status: number; readonly body: string };
  REMOTE_ERROR: { readonly classPath: string; readonly extraInfo: Readonly<Record<string, unknown>> };
  DUMMY_EXHAUSTED: { readonly command: string };

  GRAPH_INVALID: { readonly path: string; readonly problem: GraphProblem; readonly nodes: readonly string[] };
  HANDLER_UNKNOWN: { readonly node: string; readonly handler: string };
  HANDLER_FAILED: NodeErrorContext & { readonly reason: string };
  HANDLER_TIMEOUT: NodeErrorContext & { readonly timeoutMs: number; readonly stillRunning: boolean };
  OUTCOME_INVALID: NodeErrorContext & { readonly problem: string };
  NODE_FAILED: NodeErrorContext & { readonly error: TaskErrorContext };
  RUN_CANCELLED: { readonly run: string; readonly reason: string };
  RUN_EXISTS: { readonly run: string };
  RUN_NOT_FOUND: { readonly run: string };
  RUN_NOT_RECOVERABLE: NodeErrorContext & { readonly part: 'handler' | 'condition' | 'join' };
  TICKET_UNKNOWN: { readonly ticket: string; readonly open: readonly string[] };
  TICKET_TIMEOUT: NodeErrorContext & { readonly ticket: string; readonly expiredAt: number };
  QUEUE_FULL: { readonly lane: string; readonly maximum: number };
  UNPLACEABLE: { readonly item: string; readonly reason: string };
  BUDGET_EXCEEDED: { readonly limit: string; readonly maximum: number; readonly spent: number; readonly asked: number };
  CIRCUIT_OPEN: { readonly opensAgainAt: number; readonly failures: number };
  RATE_LIMITED: { readonly perMinute: number; readonly retryAfterMs: number };
  ADMISSION_DENIED: { readonly task: string };
  APPROVAL_DENIED: { readonly task: string; readonly by: 'answer' | 'timeout' };
  CONSTRAINT_VIOLATED: { readonly constraint: string; readonly moment: 'before' | 'after' };

  TOOL_INPUT_INVALID: { readonly tool: string; readonly faults: readonly ToolFault[] };
  TOOL_OUTPUT_INVALID: { readonly tool: string; readonly faults: readonly ToolFault[] };
  TOOL_UNKNOWN: { readonly tool: string; readonly known: readonly string[] };
  TOOL_REFUSED: { readonly tool: string; readonly rule: string };
  MODEL_FAILED: { readonly model: string; readonly reason: string; readonly status?: number | undefined };
  MODEL_ANSWER_INVALID: { readonly model: string; readonly problem: string };
  AGENT_UNKNOWN: { readonly agent: string; readonly known: readonly string[] };
  AGENT_EXISTS: { readonly agent: string };
  AGENT_RETIRED: { readonly agent: string };
  DELEGATION_REFUSED: { readonly reason: 'depth' | 'similar' | 'unknown-role'; readonly subject: string };

  HANDLE_UNKNOWN: { readonly kind: string; readonly handle: string; readonly known: readonly string[] };
  MCP_FAILED: { readonly server: string; readonly reason: string };

  JOURNAL_LOCKED: { readonly path: string; readonly holder: string };
  JOURNAL_CORRUPT: { readonly path: string; readonly offset: number; readonly reason: string };
  JOURNAL_WRITE_FAILED: { readonly path: string; readonly errno: string };
  JOURNAL_CONFLICT: { readonly stream: string; readonly expected: number; readonly actual: number };

  TOOLCHAIN_MISSING: { readonly language: string; readonly tool: string; readonly install: string };
  SKILL_INVALID: { readonly path: string; readonly reason: string };
  SKILL_NOT_FOUND: { readonly skill: string; readonly known: readonly string[] };
  EDIT_REFUSED: { readonly path: string; readonly problem: EditProblem; readonly lines: readonly number[] };

  BACKEND_FAILED: { readonly backend: string; readonly reason: string };
  MODEL_DISPOSED: { readonly operation: string };
  MODEL_FILE_CORRUPT: { readonly file: string; readonly reason: string };
  WEIGHTS_MISMATCH: { readonly name: string; readonly expected: string; readonly received: string };
  DATA_FILE_CORRUPT: { readonly file: string; readonly reason: string };
  TRAINING_DIVERGED: { readonly step: number; readonly quantity: string; readonly value: number };
  RETENTION_TOO_LOW: { readonly retention: number; readonly required: number; readonly bits: number };
}

/** Stable identifier of an error; see {@link ErrorContexts} for what each carries. */
export type ErrorCode = keyof ErrorContexts;

/** Codes whose cause may pass, so that the same call can succeed later. */
export const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COMMAND_TIMEOUT',
  'COMMAND_IDLE_TIMEOUT',
  'WAIT_TIMEOUT',
  'SESSION_BUSY',
  'DEPLOYMENTS_DOWN',
  'CONNECTION_FAILED',
  'HANDLER_FAILED',
  'HANDLER_TIMEOUT',
  'QUEUE_FULL',
  'CIRCUIT_OPEN',
  'RATE_LIMITED',
  'JOURNAL_LOCKED',
]);
