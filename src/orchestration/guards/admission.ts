import type { Task } from '../task/task.ts';
import { attempt, type Guard, refusal } from './guard.ts';

/** Refuses with `ADMISSION_DENIED` what does not fit, before anything is spent on it. */
export function admission(fits: (task: Task) => boolean | Promise<boolean>): Guard {
  return (next) => async (task, context) => {
    if (await fits(task)) return attempt(next, task, context);
    return refusal('ADMISSION_DENIED', `the task does not fit: ${task.goal.slice(0, 80)}`, { task: task.id });
  };
}

/** True for tasks whose goal and input have at most `most` characters together (default 5,000). */
export function inputUpTo(most = 5_000): (task: Task) => boolean {
  return ({ goal, input }) => goal.length + (input === undefined ? 0 : JSON.stringify(input).length) <= most;
}
