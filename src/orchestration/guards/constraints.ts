import type { Outcome } from '../task/outcome.ts';
import type { Task } from '../task/task.ts';
import { attempt, type Guard, refusal } from './guard.ts';

/** A rule that holds for a task and for its outcome. */
export interface Constraint {
  readonly name: string;
  /** True when the rule is kept; `outcome` is absent before the task is done. Must be pure. */
  check(task: Task, outcome?: Outcome): boolean;
}

/**
 * Fails with `CONSTRAINT_VIOLATED` what breaks a rule, before and after it is done. The rules are copied: nobody can
 * change them afterwards.
 */
export function constraints(rules: readonly Constraint[]): Guard {
  const frozen = rules.map(({ name, check }) => Object.freeze({ name, check }));
  const violation = (task: Task, outcome?: Outcome): Outcome | undefined => {
    const broken = frozen.find(({ check }) => !check(task, outcome));
    const moment = outcome ? 'after' : 'before';
    return (
      broken &&
      refusal('CONSTRAINT_VIOLATED', `the rule "${broken.name}" is broken`, { constraint: broken.name, moment })
    );
  };
  return (next) => async (task, context) => {
    const before = violation(task);
    if (before) return before;
    const outcome = await attempt(next, task, context);
    return violation(task, outcome) ?? outcome;
  };
}
