import { z } from 'zod';
import type { ExerciseOptions } from './check-exercise.ts';
import type { RunCodeOptions } from './run-code.ts';

const count = z.int().min(1);
const files = z.record(z.string().min(1), z.string());

const exerciseCaseSchema = z.strictObject({
  name: z.string().optional(),
  stdin: z.string().optional(),
  args: z.array(z.string()).optional(),
  stdout: z.string().optional().describe('Expected standard output, exactly'),
  stderr: z.string().optional(),
  exitCode: z.int().optional().describe('Expected exit code. Default 0'),
  timeoutMs: count.optional(),
});

/** Code and what it is held to, as data: the input of a language agent's task and of `run_code`. */
export interface CodeTask
  extends Omit<ExerciseOptions, 'language' | 'session' | 'signal' | 'cases'>,
    Pick<RunCodeOptions, 'args'> {
  readonly cases?: ExerciseOptions['cases'] | undefined;
  readonly stdin?: string | undefined;
}

const shape = {
  code: z.string().optional().describe('Text of the main file'),
  files: files.optional().describe('Further files by path, or all of them'),
  main: z.string().optional().describe('Path of the main file'),
  stdin: z.string().optional(),
  args: z.array(z.string()).optional(),
  cases: z.array(exerciseCaseSchema).optional().describe('What the program must answer, run by run'),
  tests: z
    .union([z.string(), files, z.literal(true)])
    .optional()
    .describe('A test file in the language, test files by path, or true: the tests are in the code'),
  compare: z.enum(['exact', 'lines']).optional(),
  directory: z.string().optional().describe('Directory to work in; the code stays there. Default: a temporary one'),
  env: z.record(z.string(), z.string()).optional(),
  standard: z.string().optional().describe('Standard or edition, such as c++17'),
  timeoutMs: count.optional().describe('Time for each run. Default 10000'),
  buildTimeoutMs: count.optional(),
  maxOutputBytes: count.optional(),
};

/** Schema of {@link CodeTask}. */
export const codeTaskSchema: z.ZodType<CodeTask> = z.strictObject(shape);

/** Schema of {@link CodeTask} with the name of its language. */
export const codeCallSchema: z.ZodType<CodeTask & { readonly language: string }> = z.strictObject({
  language: z.string().min(1).describe('python, javascript, typescript, rust, go, java or c++'),
  ...shape,
});
