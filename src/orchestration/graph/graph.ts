import type { Json, JsonObject } from '../../core/json.ts';
import type { HandlerReference } from '../task/handler.ts';
import type { TaskSpec } from '../task/task.ts';

/** What happens when a node has failed. */
export type FailurePolicy =
  /** The graph fails at once, and its parent with it. */
  | 'fail'
  /** Dependants are skipped; the rest of the graph goes on. */
  | 'skip'
  /** Dependants run, without an input from this node. */
  | 'continue'
  /** The parent's handler is asked again, with the failure in hand. */
  | 'replan'
  /** The node waits for somebody to decide: see {@link EscalationAnswer}. */
  | 'escalate';

/** Answer to an escalated failure. */
export type EscalationAnswer =
  | { readonly action: 'retry' }
  | { readonly action: 'fail' | 'skip' }
  | { readonly action: 'done'; readonly output: Json };

/** Whether a node runs, seen from the outputs of its dependencies. Must be pure. */
export type Condition = (inputs: JsonObject) => boolean;

/** One node of a graph. */
export interface NodeSpec {
  /** Unique in its graph; no `/` and no `~`. */
  readonly id: string;
  readonly task: TaskSpec;
  /** Who does it. Default: the `use` of the run. */
  readonly use?: HandlerReference | undefined;
  /** Ids of nodes of this graph, or of a graph around it, that must be over first. */
  readonly dependsOn?: readonly string[] | undefined;
  /** The node is skipped when this is false. A name is looked up in the run's `conditions`, which lets the run be recovered. */
  readonly when?: Condition | string | undefined;
  /** Default `fail`. */
  readonly onFail?: FailurePolicy | undefined;
  /** Lane of the scheduler. Default `task`. */
  readonly lane?: string | undefined;
}

/** Nodes and their order of precedence. The order of the list is the order of results. */
export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
}
