import type { Json } from '../../core/json.ts';
import type { GraphSpec } from '../graph/graph.ts';
import type { AgentQuery } from './agent-query.ts';
import type { Usage } from './budget.ts';
import type { HandlerReference } from './handler.ts';
import type { TaskError } from './task-error.ts';

/** The task is done. */
export interface Done<Output extends Json = Json> {
  readonly kind: 'done';
  readonly output: Output;
  /** 0 to 1. */
  readonly confidence?: number | undefined;
  readonly usage?: Usage | undefined;
}

/** The task is several tasks; `join` makes one output of theirs. */
export interface Expand {
  readonly kind: 'expand';
  readonly graph: GraphSpec;
  readonly join: Join;
}

/** How the outputs of a graph become one: by a handler, the last node's, or all by node in the order of the graph. */
export type Join = HandlerReference | 'last' | 'all';

/** Somebody else takes the task over; the output goes to the same parent. */
export interface Handoff {
  readonly kind: 'handoff';
  readonly to: AgentQuery;
  /** What the successor sees of the context: everything, nothing but the task's own fields, or the keys named. */
  readonly context: ContextRule;
}

/** Which keys of a context are passed on. */
export type ContextRule = 'full' | 'filtered' | { readonly keep: readonly string[] };

/** The task cannot go on before something happens; it holds no slot until then. */
export interface Wait {
  readonly kind: 'wait';
  readonly for: 'approval' | 'input' | 'auth' | 'event' | 'time';
  /** What is asked. */
  readonly request: Json;
  /** Name under which the answer is given. Default: made from the node. */
  readonly ticket?: string | undefined;
  /** Time for an answer. Default: unbounded. */
  readonly timeoutMs?: number | undefined;
  /** The answer when none came in time. Without it the task fails with `TICKET_TIMEOUT` (a wait for `time` gets null). */
  readonly timeoutAnswer?: Json | undefined;
  /** Handed back as `context.snapshot` when the answer is there. */
  readonly snapshot?: Json | undefined;
}

/** The task gives its slot to others and goes on later from `snapshot`. */
export interface Suspend {
  readonly kind: 'suspend';
  readonly snapshot: Json;
}

/** The task failed. */
export interface Fail {
  readonly kind: 'fail';
  readonly error: TaskError;
  readonly usage?: Usage | undefined;
}

/** Everything that a handler can answer. */
export type Outcome<Output extends Json = Json> = Done<Output> | Expand | Handoff | Wait | Suspend | Fail;

/** Shorthand for a `done` outcome. */
export function done<Output extends Json>(output: Output, more: Omit<Done, 'kind' | 'output'> = {}): Done<Output> {
  return { kind: 'done', output, ...more };
}

/** Shorthand for a `fail` outcome; not retryable by default. */
export function fail(code: string, message: string, more: Partial<TaskError> = {}): Fail {
  return { kind: 'fail', error: { code, message, retryable: false, ...more } };
}
