import type { Coordinator } from '../model/prediction.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import type { CoordinationPlan } from './coordination-plan.ts';
import { type DecodePlanOptions, decodePlan } from './decode-plan.ts';
import { type ExplainPlanOptions, explainPlan } from './explain-plan.ts';

/** How a task is planned. */
export interface PlanTaskOptions extends DecodePlanOptions {
  /** Says what moved each choice, at the price of many predictions. Default false. */
  readonly explain?: boolean | ExplainPlanOptions | undefined;
  /** Most planning steps. Default: the coordinator's. */
  readonly maxSteps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Plans one task with a coordinator. */
export async function planTask(
  task: PlanningTask,
  coordinator: Coordinator,
  options: PlanTaskOptions = {},
): Promise<CoordinationPlan> {
  const { explain = false, maxSteps, signal } = options;
  const prediction = await coordinator.predict(task, { maxSteps, signal });
  const plan = await decodePlan(task, prediction, coordinator, options);
  if (explain === false) return plan;
  const reasons = await explainPlan(task, plan, coordinator, { signal, ...(explain === true ? {} : explain) });
  return { ...plan, reasons };
}
