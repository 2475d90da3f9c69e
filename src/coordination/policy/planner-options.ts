import type { AgentQuery, HandlerContext, Task } from '../../orchestration/index.ts';
import type { Coordinator } from '../model/prediction.ts';
import type { DecodePlanOptions } from '../plan/decode-plan.ts';
import type { PlanGraphOptions } from '../plan/plan-graph.ts';
import type { PlanningTask, WorkspaceSummary } from '../task/planning-task.ts';
import type { DelegationCosts } from './delegation-gain.ts';

/** How {@link hrmPlanner} works; everything has a default. */
export interface HrmPlannerOptions extends DecodePlanOptions {
  /** Who predicts. Default: the shipped weights, loaded on first use; rules where none are installed. */
  readonly coordinator?: Coordinator | undefined;
  /** The workspace of tasks that bring none. */
  readonly workspace?: WorkspaceSummary | undefined;
  /** What is read of a task. Default: its goal, its input where that is text, and the workspace in its input. */
  readonly read?: ((task: Task, context?: HandlerContext) => PlanningTask | Promise<PlanningTask>) | undefined;
  /** Who does the nodes of a plan. Default: nobody by name, so that `solve` solves them in the same way. */
  readonly use?: PlanGraphOptions['use'];
  /** Who an agent kind is at this place. Default: its name. */
  readonly agent?: ((kind: string) => AgentQuery) | undefined;
  /** Most planning steps. Default: the coordinator's. */
  readonly maxSteps?: number | undefined;
  /** What delegation costs. */
  readonly costs?: DelegationCosts | undefined;
}
