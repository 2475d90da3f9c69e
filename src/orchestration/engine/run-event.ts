import type { Json, JsonObject } from '../../core/json.ts';
import type { FailurePolicy } from '../graph/graph.ts';
import type { AgentQuery } from '../task/agent-query.ts';
import type { Budget, Usage } from '../task/budget.ts';
import type { ContextRule, Wait } from '../task/outcome.ts';
import type { Task } from '../task/task.ts';
import type { TaskError } from '../task/task-error.ts';

/** A node as the journal keeps it. */
export interface StoredNode {
  /** Ids from the top down to the node, joined by `/`; rounds after the first are marked `~2`, `~3`, … */
  readonly path: string;
  readonly id: string;
  readonly task: Task;
  /** Null when the handler is a function, which a journal cannot keep. */
  readonly use: AgentQuery | null;
  /** Paths. */
  readonly dependsOn: readonly string[];
  /** Name of the condition; null when it is a function; absent when there is none. */
  readonly when?: string | null | undefined;
  readonly onFail: FailurePolicy;
  readonly lane: string;
}

/** A join as the journal keeps it; `use` is null when the handler is a function. */
export type StoredJoin = 'all' | 'last' | { readonly use: AgentQuery | null };

/** Why a node does not run: its condition, no branch before it was taken, or something before it failed. */
export type SkipReason = 'condition' | 'branch' | 'failure';

/** What each type of event of a run carries. */
export interface RunEventData {
  'run.started': {
    readonly nodes: readonly StoredNode[];
    readonly join: 'all' | 'last';
    /** Where {@link HandlerContext.random} begins. */
    readonly seed: string;
    readonly context: JsonObject;
    readonly budget?: Budget | undefined;
  };
  'run.recovered': Record<never, never>;
  'run.paused': Record<never, never>;
  'run.resumed': Record<never, never>;
  'run.done': { readonly output: Json };
  'run.failed': { readonly error: TaskError };
  'run.cancelled': { readonly reason: string };
  'node.started': { readonly attempt: number; readonly phase: 'execute' | 'join' };
  'node.done': {
    readonly output: Json;
    readonly confidence?: number | undefined;
    readonly usage?: Usage | undefined;
  };
  'node.expanded': { readonly nodes: readonly StoredNode[]; readonly join: StoredJoin };
  'node.waiting': Omit<Wait, 'kind' | 'ticket' | 'timeoutMs'> & {
    readonly ticket: string;
    readonly expiresAt?: number | undefined;
    /** The failure that somebody has to decide about. */
    readonly escalated?: TaskError | undefined;
  };
  'node.answered': { readonly ticket: string; readonly answer: Json; readonly by: 'answer' | 'timeout' };
  'node.suspended': { readonly snapshot: Json };
  'node.handed-off': { readonly to: AgentQuery; readonly context: ContextRule };
  'node.retried': Record<never, never>;
  'node.replanned': { readonly node: string; readonly error: TaskError };
  'node.failed': { readonly error: TaskError; readonly policy: FailurePolicy };
  'node.skipped': { readonly because: SkipReason };
  'node.cancelled': { readonly reason: string };
  'node.spent': { readonly usage: Usage };
  'node.value': { readonly value: number };
  'node.step': { readonly name: string; readonly value: Json };
  'node.note': { readonly name: string; readonly data: Json };
}

/** Name of an event of a run. */
export type RunEventType = keyof RunEventData;

/** Something that happened in a run; `type` decides the type of `data`. */
export type RunEvent<Type extends RunEventType = RunEventType> = {
  [Name in Type]: {
    readonly type: Name;
    readonly run: string;
    /** Path of the node, for events of nodes. */
    readonly node?: string | undefined;
    /** Who executed. */
    readonly agent?: string | undefined;
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly data: RunEventData[Name];
  };
}[Type];
