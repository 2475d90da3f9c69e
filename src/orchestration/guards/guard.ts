import { RexError } from '../../core/errors.ts';
import type { Handler, HandlerContext } from '../task/handler.ts';
import type { Outcome } from '../task/outcome.ts';
import { toTaskError } from '../task/task-error.ts';

/** Middleware around a handler. A guard never changes a successful output. */
export type Guard = (next: Handler) => Handler;

/** A handler behind guards; the first is the outermost. */
export function guard(handler: Handler, ...guards: readonly Guard[]): Handler {
  return guards.reduceRight((next, outer) => outer(next), handler);
}

/** Calls a handler; what it throws becomes a `fail` outcome. */
export async function attempt(handler: Handler, ...[task, context]: Parameters<Handler>): Promise<Outcome> {
  try {
    return await handler(task, context);
  } catch (error) {
    return failure(error);
  }
}

/** The `fail` outcome for an error. */
export function failure(error: unknown): Outcome {
  return { kind: 'fail', error: toTaskError(error) };
}

/** The error of a guard that refuses. */
export function refusal(...parts: ConstructorParameters<typeof RexError>): Outcome {
  return failure(new RexError(...parts));
}

/** A context with some members replaced. */
export function withContext(context: HandlerContext, changes: Partial<HandlerContext>): HandlerContext {
  return { ...context, ...changes };
}
