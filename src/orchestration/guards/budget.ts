import { checkBudget, remainder } from '../engine/budget-check.ts';
import { addUsage, nothingSpent, type Spent } from '../engine/spent.ts';
import type { Budget, Usage } from '../task/budget.ts';
import type { Task } from '../task/task.ts';
import { attempt, failure, type Guard, withContext } from './guard.ts';

/** How {@link budget} accounts. */
export interface BudgetGuardOptions {
  /** The most that an execution will use, known before it begins; it is set aside while it lasts. */
  readonly estimate?: (task: Task) => Usage;
}

/**
 * Refuses with `BUDGET_EXCEEDED` what would spend more than the budget, before it is spent: each execution takes one
 * step, sets its estimate aside, and is charged for what it accounts for through `context.spend` or reports as usage.
 * All handlers behind one guard share the budget. `durationMs` counts from the first execution.
 */
export function budget(limits: Budget, options: BudgetGuardOptions = {}): Guard {
  const spent = nothingSpent();
  let startedAt: number | undefined;

  return (next) => async (task, context) => {
    const { clock } = context;
    startedAt ??= clock.now();
    const since = startedAt;
    const reserved: Usage = { ...options.estimate?.(task), steps: 1 };
    const own = nothingSpent();
    try {
      checkBudget(limits, spent, reserved, clock.now() - since);
    } catch (error) {
      return failure(error);
    }
    addUsage(spent, reserved);
    const aside = nothingSpent();
    addUsage(aside, reserved);
    const spend = (usage: Usage): void => {
      const beyond = beyondAside(own, aside, usage);
      checkBudget(limits, spent, beyond, clock.now() - since);
      context.spend(usage);
      addUsage(spent, beyond);
      addUsage(own, usage);
    };
    const outcome = await attempt(next, task, withContext(context, { spend }));
    const unannounced = 'usage' in outcome ? remainder(outcome.usage, own) : undefined;
    if (unannounced) {
      addUsage(spent, beyondAside(own, aside, unannounced));
      addUsage(own, unannounced);
    }
    // What was set aside and not used is free again.
    spent.tokens -= Math.max(0, aside.tokens - own.tokens);
    spent.usd -= Math.max(0, aside.usd - own.usd);
    return outcome;
  };
}

/** The part of a usage that what was set aside does not cover. */
function beyondAside(own: Readonly<Spent>, aside: Readonly<Spent>, usage: Usage): Usage {
  const over = (already: number, more: number, covered: number): number =>
    Math.max(0, already + more - covered) - Math.max(0, already - covered);
  const tokens = (usage.tokensIn ?? 0) + (usage.tokensOut ?? 0);
  return {
    tokensOut: over(own.tokens, tokens, aside.tokens),
    usd: over(own.usd, usage.usd ?? 0, aside.usd),
  };
}
