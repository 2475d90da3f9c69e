import type { Json, Task } from '../../orchestration/index.ts';
import { workspaceSummarySchema } from '../task/parse-planning-task.ts';
import type { PlanningTask, WorkspaceSummary } from '../task/planning-task.ts';

/**
 * What a planner reads of an engine's task: its goal, what of its input is text, and the workspace that stands in its
 * input under `workspace`, otherwise the given one.
 */
export function readTask({ goal, input }: Pick<Task, 'goal' | 'input'>, workspace?: WorkspaceSummary): PlanningTask {
  const text = typeof input === 'string' && input !== '' ? `${goal}\n${input}` : goal;
  const known = workspaceOf(input) ?? workspace;
  return known === undefined ? { text } : { text, workspace: known };
}

/** The workspace in the input of a task or in the context of a run; undefined where there is none. */
export function workspaceOf(value: Json | undefined): WorkspaceSummary | undefined {
  if (typeof value !== 'object' || value === null || !('workspace' in value)) return undefined;
  return workspaceSummarySchema.safeParse(value.workspace).data;
}
