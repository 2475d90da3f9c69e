import type { Json, JsonObject } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';

/** How a child's context is made of its parent's. */
export interface ChildContextParts {
  readonly agent: string;
  /** Identity of the call that delegates, the same after a crash. */
  readonly callId: string;
  /** Ends the child. */
  readonly signal: AbortSignal;
  readonly context: JsonObject;
  readonly snapshot: Json | undefined;
  readonly answer: Json | undefined;
}

/**
 * The context of a child that works within its parent's node: its steps, notes and spending are the parent's, under the
 * name of the call.
 */
export function childContext(parent: HandlerContext, parts: ChildContextParts): HandlerContext {
  const { agent, callId, signal, context, snapshot, answer } = parts;
  const scope = callId.slice(callId.lastIndexOf(':') + 1);
  return {
    ...parent,
    agent,
    signal,
    idempotencyKey: callId,
    phase: 'execute',
    attempt: 1,
    inputs: {},
    failures: {},
    context,
    snapshot,
    answer,
    replan: undefined,
    canExpand: false,
    // A parent that has to give way finishes its turn first, and with it its children.
    shouldYield: () => false,
    step: (name, action) => parent.step(`${scope}/${name}`, action),
    note: (name, data) => parent.note(name, nested(data, scope)),
  };
}

function nested(data: Json, call: string): Json {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { within } = data as { readonly within?: Json };
  return { ...data, within: typeof within === 'string' ? `${call}/${within}` : call };
}
