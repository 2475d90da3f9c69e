import type { Json } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';

/** Where a child's execution belongs within its parent's node. */
export interface ChildPlace {
  readonly agent: string;
  /** Identity of the call that delegates, the same after a crash. */
  readonly callId: string;
  /** Part and attempt of the child, such as `/measure#2`; empty for the first attempt of the child itself. */
  readonly part: string;
}

/**
 * The context of a child that works within its parent's node: it sees what its own run gives it, while its steps, notes
 * and spending are the parent's, under the name of the call.
 */
export function childContext(parent: HandlerContext, own: HandlerContext, place: ChildPlace): HandlerContext {
  const { agent, callId, part } = place;
  const scope = scopeOf(place);
  return {
    ...parent,
    agent,
    node: parent.node + part.replace(/#.*$/, ''),
    idempotencyKey: callId + part,
    signal: own.signal,
    phase: own.phase,
    attempt: own.attempt,
    inputs: own.inputs,
    failures: own.failures,
    context: own.context,
    snapshot: own.snapshot,
    answer: own.answer,
    replan: own.replan,
    canExpand: own.canExpand,
    // A parent that has to give way finishes its turn first, and with it its children.
    shouldYield: () => false,
    step: (name, action) => parent.step(`${scope}/${name}`, action),
    note: (name, data) => parent.note(name, nested(data, scope)),
  };
}

/** Under which name the steps of a child are kept. */
export function scopeOf({ callId, part }: Pick<ChildPlace, 'callId' | 'part'>): string {
  return callId.slice(callId.lastIndexOf(':') + 1) + part;
}

function nested(data: Json, scope: string): Json {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { within } = data as { readonly within?: Json };
  return { ...data, within: typeof within === 'string' ? `${scope}/${within}` : scope };
}
