import type { Json, JsonObject } from '../../core/json.ts';
import type { FailurePolicy } from '../graph/graph.ts';
import type { TaskError } from '../task/task-error.ts';
import type { RunEventData, SkipReason, StoredJoin, StoredNode } from './run-event.ts';
import { nothingSpent, type Spent } from './spent.ts';

/** Where a node stands. `done`, `failed`, `skipped` and `cancelled` are final. */
export type NodeState =
  | 'pending'
  | 'ready'
  | 'running'
  | 'waiting'
  | 'suspended'
  | 'expanded'
  | 'joining'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'cancelled';

/** Everything known about a node; follows from the events alone. */
export interface NodeRecord extends StoredNode {
  readonly parent: string | undefined;
  state: NodeState;
  attempt: number;
  phase: 'execute' | 'join';
  /** Number of expansions so far. */
  round: number;
  /** Paths of the present round, in the order of the graph. */
  children: readonly string[];
  join: StoredJoin | undefined;
  output: Json | undefined;
  error: TaskError | undefined;
  /** How the failure was taken. */
  failedAs: FailurePolicy | undefined;
  skippedBecause: SkipReason | undefined;
  snapshot: Json | undefined;
  answer: Json | undefined;
  ticket: string | undefined;
  /** The successor after a handoff. */
  handedTo: RunEventData['node.handed-off'] | undefined;
  handoffs: number;
  replan: RunEventData['node.replanned'] | undefined;
  replans: number;
  waits: number;
  /** Counts suspends and answers within an attempt. */
  segment: number;
  /** Values of `now()` in the present segment. */
  values: readonly number[];
  /** Values of finished steps of the present attempt. */
  steps: JsonObject;
  /** Spent by this node and everything below it. */
  spent: Spent;
  startedAt: number | undefined;
}

/** True for a state that never changes again. */
export function isFinal(state: NodeState): boolean {
  return state === 'done' || state === 'failed' || state === 'skipped' || state === 'cancelled';
}

/** Values of a segment that has read no time. */
export const noValues: readonly number[] = [];

/** Steps of an attempt that has finished none. */
export const noSteps: JsonObject = {};

/** The record of a node that has not started. Every field is named, so that all records share one shape. */
export function makeNodeRecord(node: StoredNode, parent: string | undefined): NodeRecord {
  return {
    path: node.path,
    id: node.id,
    task: node.task,
    use: node.use,
    dependsOn: node.dependsOn,
    when: node.when,
    onFail: node.onFail,
    lane: node.lane,
    parent,
    state: 'pending',
    attempt: 1,
    phase: 'execute',
    round: 0,
    children: [],
    join: undefined,
    output: undefined,
    error: undefined,
    failedAs: undefined,
    skippedBecause: undefined,
    snapshot: undefined,
    answer: undefined,
    ticket: undefined,
    handedTo: undefined,
    handoffs: 0,
    replan: undefined,
    replans: 0,
    waits: 0,
    segment: 0,
    values: noValues,
    steps: noSteps,
    spent: nothingSpent(),
    startedAt: undefined,
  };
}
