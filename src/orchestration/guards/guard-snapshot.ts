import type { Json, JsonObject } from '../../core/json.ts';
import type { HandlerContext } from '../task/handler.ts';
import type { Outcome } from '../task/outcome.ts';
import { withContext } from './guard.ts';

/*
 * A guard that must remember something while what it guards waits or is suspended wraps the snapshot:
 * { guard: <its name>, memory: <what it remembers>, inner: <the snapshot of what it guards> }.
 */

/** What a guard left in the snapshot of a context, and the context for what it guards. */
export interface GuardMemory {
  /** Undefined when the guard has left nothing. */
  readonly memory: Json | undefined;
  readonly inner: HandlerContext;
}

/** Unwraps the snapshot of a context. */
export function unwrapSnapshot(context: HandlerContext, name: string): GuardMemory {
  const { snapshot } = context;
  if (typeof snapshot !== 'object' || snapshot === null || !('guard' in snapshot) || snapshot.guard !== name) {
    return { memory: undefined, inner: context };
  }
  const { memory, inner } = snapshot as JsonObject;
  return { memory: memory ?? null, inner: withContext(context, { snapshot: inner }) };
}

/** Wraps the snapshot of an outcome that will come back; every other outcome stays as it is. */
export function wrapSnapshot(outcome: Outcome, name: string, memory: Json): Outcome {
  if (outcome.kind !== 'wait' && outcome.kind !== 'suspend') return outcome;
  const { snapshot } = outcome;
  return { ...outcome, snapshot: { guard: name, memory, ...(snapshot === undefined ? {} : { inner: snapshot }) } };
}
