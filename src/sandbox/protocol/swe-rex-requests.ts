import { z } from 'zod';
import {
  pythonBoolean,
  pythonFloatValue,
  pythonInteger,
  pythonLiteral,
  pythonRequired,
  pythonString,
  pythonTag,
} from './python-values.ts';

/** Starts a named bash; SWE-ReX's `CreateBashSessionRequest`. */
export interface CreateSessionRequest {
  readonly session_type: 'bash';
  readonly session: string;
  /** Files sourced before the first command. */
  readonly startup_source: readonly string[];
  /** Seconds until the first prompt. */
  readonly startup_timeout: number;
}

/** How a non-zero or unknown exit code is reported. */
export type CheckMode = 'silent' | 'raise' | 'ignore';

/** Runs text in a session; SWE-ReX's `BashAction`. */
export interface BashAction {
  readonly action_type: 'bash';
  readonly command: string;
  readonly session: string;
  /** Seconds; null waits for ever. */
  readonly timeout: number | null;
  readonly is_interactive_command: boolean;
  readonly is_interactive_quit: boolean;
  readonly check: CheckMode;
  /** Put before the message of a failed check. */
  readonly error_msg: string;
  /** Python regular expressions that end the wait. */
  readonly expect: readonly string[];
}

/** Stops what runs in a session; SWE-ReX's `BashInterruptAction`. */
export interface BashInterruptAction {
  readonly action_type: 'bash_interrupt';
  readonly session: string;
  /** Seconds per attempt. */
  readonly timeout: number;
  readonly n_retry: number;
  readonly expect: readonly string[];
}

/** What `/run_in_session` takes. */
export type SessionAction = BashAction | BashInterruptAction;

/** Closes a session by name. */
export interface CloseSessionRequest {
  readonly session_type: 'bash';
  readonly session: string;
}

/** Runs a one-off command; SWE-ReX's `Command`. */
export interface ExecuteRequest {
  /** Without `shell`, a text is one program name, not a line to split. */
  readonly command: string | readonly string[];
  /** Seconds; null waits for ever. */
  readonly timeout: number | null;
  readonly shell: boolean;
  readonly check: boolean;
  readonly error_msg: string;
  /** Replaces the whole environment. */
  readonly env: Readonly<Record<string, string>> | null;
  readonly cwd: string | null;
  readonly merge_output_streams: boolean;
}

/** Reads a text file; `encoding` and `errors` as in Python's `Path.read_text`. */
export interface ReadFileRequest {
  readonly path: string;
  readonly encoding: string | null;
  readonly errors: string | null;
}

/** Writes a text file, making its parents. */
export interface WriteFileRequest {
  readonly content: string;
  readonly path: string;
}

const sessionName = pythonString().default('default');
const texts = z.array(pythonString()).default([]);

const createBashSession = z.object({
  session_type: z.literal('bash'),
  session: sessionName,
  startup_source: texts,
  startup_timeout: pythonFloatValue().default(1),
});

const bashAction = z.object({
  action_type: z.literal('bash'),
  command: pythonString(),
  session: sessionName,
  timeout: pythonFloatValue().nullable().default(null),
  is_interactive_command: pythonBoolean().default(false),
  is_interactive_quit: pythonBoolean().default(false),
  check: pythonLiteral(['silent', 'raise', 'ignore']).default('raise'),
  error_msg: pythonString().default(''),
  expect: texts,
});

const bashInterruptAction = z.object({
  action_type: z.literal('bash_interrupt'),
  session: sessionName,
  timeout: pythonFloatValue().default(0.2),
  n_retry: pythonInteger().default(3),
  expect: texts,
});

const closeBashSession = z.object({ session_type: z.literal('bash'), session: sessionName });

/** Body of `POST /create_session`. */
export const createSessionRequest: z.ZodType<CreateSessionRequest> = pythonTag('session_type', {
  bash: createBashSession,
});

/** Body of `POST /run_in_session`. */
export const sessionAction: z.ZodType<SessionAction> = pythonTag<SessionAction>('action_type', {
  bash: bashAction,
  bash_interrupt: bashInterruptAction,
});

/** Body of `POST /close_session`. */
export const closeSessionRequest: z.ZodType<CloseSessionRequest> = pythonTag('session_type', {
  bash: closeBashSession,
});

/** Body of `POST /execute`. */
export const executeRequest: z.ZodType<ExecuteRequest> = z.object({
  command: pythonRequired(z.union([pythonString(), z.array(pythonString())])),
  timeout: pythonFloatValue().nullable().default(null),
  shell: pythonBoolean().default(false),
  check: pythonBoolean().default(false),
  error_msg: pythonString().default(''),
  env: z.record(z.string(), pythonString()).nullable().default(null),
  cwd: pythonString().nullable().default(null),
  merge_output_streams: pythonBoolean().default(false),
});

/** Body of `POST /read_file`. */
export const readFileRequest: z.ZodType<ReadFileRequest> = z.object({
  path: pythonString(),
  encoding: pythonString().nullable().default(null),
  errors: pythonString().nullable().default(null),
});

/** Body of `POST /write_file`. */
export const writeFileRequest: z.ZodType<WriteFileRequest> = z.object({
  content: pythonString(),
  path: pythonString(),
});
