import { z } from 'zod';

/** Input that several tools share, and shapes of their answers. Words are few: every client reads them all. */
export const sandboxField: z.ZodOptional<z.ZodString> = z.string().optional().describe('Handle; default: your own');
export const waitField: z.ZodOptional<z.ZodNumber> = z
  .number()
  .min(0)
  .optional()
  .describe('Seconds to wait, at most 45');

export const commandFields: {
  readonly cwd: z.ZodOptional<z.ZodString>;
  readonly env: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
  readonly stdin: z.ZodOptional<z.ZodString>;
  readonly wait_s: z.ZodOptional<z.ZodNumber>;
  readonly timeout_s: z.ZodOptional<z.ZodNumber>;
} = {
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  stdin: z.string().optional(),
  wait_s: waitField,
  timeout_s: z.number().positive().max(86_400).optional().describe('Kills it; default 600'),
};

/** Whether the call only looks, inside the sandbox. */
export const looks = { readOnly: true, destructive: false, idempotent: true, openWorld: false } as const;
/** Whether the call may change anything, also outside. */
export const acts = { readOnly: false, destructive: true, idempotent: false, openWorld: true } as const;

export const jobStatus: z.ZodEnum<{ running: 'running'; exited: 'exited'; killed: 'killed'; timeout: 'timeout' }> =
  z.enum(['running', 'exited', 'killed', 'timeout']);

/** How long a call waits. */
export function waitMs(seconds: number | undefined, maximumMs: number): number {
  return Math.min((seconds ?? 45) * 1000, maximumMs);
}

export const jobOutput: z.ZodObject<{
  job: z.ZodString;
  status: typeof jobStatus;
  exit_code: z.ZodOptional<z.ZodInt>;
  stdout: z.ZodString;
  stderr: z.ZodString;
  truncated: z.ZodBoolean;
  next: z.ZodInt;
  session: z.ZodOptional<z.ZodString>;
  note: z.ZodOptional<z.ZodString>;
}> = z.object({
  job: z.string(),
  status: jobStatus,
  exit_code: z.int().optional(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  next: z.int(),
  session: z.string().optional(),
  note: z.string().optional(),
});
