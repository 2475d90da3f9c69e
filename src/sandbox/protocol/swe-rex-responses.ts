import { z } from 'zod';

/** Answer of `GET /is_alive`. */
export interface IsAliveResponse {
  readonly is_alive: boolean;
  readonly message: string;
}

/** Answer of `POST /create_session`. */
export interface CreateSessionResponse {
  /** What start-up printed. */
  readonly output: string;
  readonly session_type: 'bash';
}

/** Answer of `POST /run_in_session`. */
export interface BashObservation {
  readonly output: string;
  readonly exit_code: number | null;
  readonly failure_reason: string;
  /** The pattern that ended the wait; {@link promptMarker} at a normal end. */
  readonly expect_string: string;
  readonly session_type: 'bash';
}

/** Answer of `POST /close_session`. */
export interface CloseSessionResponse {
  readonly session_type: 'bash';
}

/** Answer of `POST /execute`. */
export interface CommandResponse {
  readonly stdout: string;
  readonly stderr: string;
  /** Negative: the number of the signal that ended it. */
  readonly exit_code: number | null;
}

/** Answer of `POST /read_file`. */
export interface ReadFileResponse {
  readonly content: string;
}

/** `expect_string` of a command that ran to its end: the original's prompt. */
export const promptMarker = 'SHELLPS1PREFIX';

/** `expect_string` of a command that the original's splitter did not understand and that ran to its end. */
export const fallbackMarker = 'UNIQUESTRING29234';

/** Schema of {@link IsAliveResponse}. */
export const isAliveResponse: z.ZodType<IsAliveResponse> = z.object({
  is_alive: z.boolean(),
  message: z.string().default(''),
});

/** Schema of {@link CreateSessionResponse}. */
export const createSessionResponse: z.ZodType<CreateSessionResponse> = z.object({
  output: z.string().default(''),
  session_type: z.literal('bash').default('bash'),
});

/** Schema of {@link BashObservation}. */
export const bashObservation: z.ZodType<BashObservation> = z.object({
  output: z.string().default(''),
  exit_code: z.number().int().nullable().default(null),
  failure_reason: z.string().default(''),
  expect_string: z.string().default(''),
  session_type: z.literal('bash').default('bash'),
});

/** Schema of {@link CloseSessionResponse}. */
export const closeSessionResponse: z.ZodType<CloseSessionResponse> = z.object({
  session_type: z.literal('bash').default('bash'),
});

/** Schema of {@link CommandResponse}. */
export const commandResponse: z.ZodType<CommandResponse> = z.object({
  stdout: z.string().default(''),
  stderr: z.string().default(''),
  exit_code: z.number().int().nullable().default(null),
});

/** Schema of {@link ReadFileResponse}. */
export const readFileResponse: z.ZodType<ReadFileResponse> = z.object({ content: z.string().default('') });

/** Schema of the answers that say nothing: write, upload, close. */
export const emptyResponse: z.ZodType<object> = z.object({});
