import { z } from 'zod';

/** One command: exactly what it printed and how it ended. */
export interface ExecutionResult {
  readonly command: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** 0 to 255; null when a signal or the time limit ended it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended it, where it is known. */
  readonly signal: string | null;
  /** Whether it was still running when its time was over, and was killed with all it started. */
  readonly timedOut: boolean;
  /** Whether the middle of an output was left out; the text has a line there. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** Schema of {@link ExecutionResult}. */
export const executionResultSchema: z.ZodType<ExecutionResult> = z.object({
  command: z.array(z.string()).readonly(),
  stdout: z.string(),
  stderr: z.string(),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  timedOut: z.boolean(),
  truncated: z.boolean(),
  durationMs: z.number(),
});

/** One case of an exercise: what the program did with its input. */
export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** Why it did not pass, in plain words; empty when it did. */
  readonly reason: string;
  readonly execution: ExecutionResult;
}

/** Whether code is code of its language. */
export interface Validation {
  readonly valid: boolean;
  /** What the compiler or checker said, warnings included. */
  readonly output: string;
}

/** Figures of code and of what was done with it. */
export interface CodeMetrics {
  readonly lines: number;
  readonly bytes: number;
  readonly checkMs: number;
  readonly buildMs: number;
  readonly runMs: number;
  /** Everything, with writing and removing files. */
  readonly totalMs: number;
}

/** How code fared: `ok`, `invalid` (it does not compile), `failed` (wrong output or exit code), `timeout` (it was killed). */
export type CodeStatus = 'ok' | 'invalid' | 'failed' | 'timeout';

/** What {@link runCode}, {@link checkCode} and {@link checkExercise} answer: JSON. */
export interface CodeResult {
  readonly language: string;
  readonly status: CodeStatus;
  /** Whether `status` is `ok`. */
  readonly success: boolean;
  /** What happened, in one or a few plain sentences. */
  readonly summary: string;
  /** Text of the main file. */
  readonly code: string;
  /** Paths of all files that were written. */
  readonly files: readonly string[];
  /** The last command: the program, the tests, or the compiler that refused. */
  readonly execution: ExecutionResult;
  readonly validation: Validation;
  readonly metrics: CodeMetrics;
  /** Cases in their order; empty for a plain run. */
  readonly cases: readonly CaseResult[];
  /** The run of the tests; null without. */
  readonly tests: ExecutionResult | null;
}

/** Schema of {@link CodeResult}. */
export const codeResultSchema: z.ZodType<CodeResult> = z.object({
  language: z.string(),
  status: z.enum(['ok', 'invalid', 'failed', 'timeout']),
  success: z.boolean(),
  summary: z.string(),
  code: z.string(),
  files: z.array(z.string()).readonly(),
  execution: executionResultSchema,
  validation: z.object({ valid: z.boolean(), output: z.string() }),
  metrics: z.object({
    lines: z.number(),
    bytes: z.number(),
    checkMs: z.number(),
    buildMs: z.number(),
    runMs: z.number(),
    totalMs: z.number(),
  }),
  cases: z
    .array(z.object({ name: z.string(), passed: z.boolean(), reason: z.string(), execution: executionResultSchema }))
    .readonly(),
  tests: executionResultSchema.nullable(),
});
