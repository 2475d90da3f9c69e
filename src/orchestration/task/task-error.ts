import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { jsonSchema } from './json-schema.ts';

/** A failure as data: it crosses journals and wires. */
export interface TaskError {
  /** Stable identifier; the codes of `RexError` or a handler's own. */
  readonly code: string;
  readonly message: string;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** Facts about the failure. */
  readonly context?: Json | undefined;
}

/** Schema of {@link TaskError}. */
export const taskErrorSchema: z.ZodType<TaskError> = z.object({
  code: z.string().min(1),
  message: z.string(),
  retryable: z.boolean(),
  context: jsonSchema.optional(),
});

/** Turns anything thrown into a {@link TaskError}; what is no `RexError` becomes `HANDLER_FAILED`, retryable. */
export function toTaskError(error: unknown): TaskError {
  if (RexError.is(error)) {
    const { code, message, context, retryable } = error;
    return { code, message, retryable, context: toJson(context) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'HANDLER_FAILED', message, retryable: true };
}

function toJson(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
  } catch {
    return null;
  }
}
