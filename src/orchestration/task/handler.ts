import type { Clock } from '../../core/clock.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { AgentQuery } from './agent-query.ts';
import type { Usage } from './budget.ts';
import type { Outcome } from './outcome.ts';
import type { Task } from './task.ts';
import type { TaskError } from './task-error.ts';

/** Anything that can do a task: an agent, a tool step, a planner, a human, a remote service, a plain function. */
export type Handler<Output extends Json = Json> = (task: Task, context: HandlerContext) => Promise<Outcome<Output>>;

/** A handler itself, or a query that a directory of handlers answers. Only runs whose handlers are named can be recovered. */
export type HandlerReference = Handler | AgentQuery;

/** Finds handlers by query; undefined when there is none. */
export type HandlerDirectory = (query: AgentQuery) => Handler | undefined;

/** What a handler is given besides its task. */
export interface HandlerContext {
  /** Aborts when the run is cancelled or the result is no longer wanted; hand it to everything that is started. */
  readonly signal: AbortSignal;
  readonly run: string;
  /** Path of the node, such as `build/test`. */
  readonly node: string;
  /** Name of who executes: the query's name, or the node's id. */
  readonly agent: string;
  /** 1 for the first; a handoff, a replan and a retry after escalation begin another. */
  readonly attempt: number;
  /** The same for every execution of this attempt, also after a crash: send it along with side effects. */
  readonly idempotencyKey: string;
  /** `join` when the children of the node are over and their outputs are in `inputs`. */
  readonly phase: 'execute' | 'join';
  /** Outputs of the dependencies (or children) by their ids, in the order of the graph; those without output are absent. */
  readonly inputs: JsonObject;
  /** Errors of the dependencies (or children) that failed and whose policy let the graph go on. */
  readonly failures: Readonly<Record<string, TaskError>>;
  /** What the run was given, as far as it was passed on. */
  readonly context: JsonObject;
  /** What the last suspend or wait left. */
  readonly snapshot: Json | undefined;
  /** The answer to the last wait. */
  readonly answer: Json | undefined;
  /** Why this node plans again: the child that failed. */
  readonly replan: { readonly node: string; readonly error: TaskError } | undefined;
  /** False at the greatest depth, where an `expand` is refused. */
  readonly canExpand: boolean;
  /** Objects that integrators hand to their handlers: runtimes, pools, models. */
  readonly dependencies: Readonly<Record<string, unknown>>;
  /** The clock for waiting; times that decide something come from {@link now}. */
  readonly clock: Clock;
  /** Milliseconds since 1970, journalled: a repeated execution sees the same values in the same order. */
  now(): number;
  /** 0 to 1 (exclusive), the same sequence in a repeated execution. */
  random(): number;
  /** True when the time slice is over or the run pauses: return `suspend` soon. */
  shouldYield(): boolean;
  /** Runs `action` once and journals its value; a repeated execution of the attempt gets the value and runs nothing. */
  step<Value extends Json>(name: string, action: () => Value | Promise<Value>): Promise<Value>;
  /** Accounts for what is about to be spent; throws `BUDGET_EXCEEDED` when a budget does not allow it. Negative amounts give back. */
  spend(usage: Usage): void;
  /** Adds a note to the journal and the events of the run. */
  note(name: string, data: Json): void;
}
