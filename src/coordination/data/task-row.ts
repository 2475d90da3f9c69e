import type { PlanningTask, WorkspaceSummary } from '../task/planning-task.ts';

/** One real task with labels that follow from facts: a line of a tasks file. */
export interface TaskRow {
  readonly id: string;
  /** Where it comes from, such as a repository; folds and intervals never cut through a source. */
  readonly source: string;
  readonly licence: string;
  readonly text: string;
  /** Names of the agent kinds that it needs. */
  readonly agents: readonly string[];
  /** Names of the kinds about which the row speaks; all others are masked out of loss and score. */
  readonly known: readonly string[];
  readonly context?: WorkspaceSummary | undefined;
  readonly difficulty?: { readonly level: 0 | 1 | 2 | 3; readonly lines?: number | undefined } | undefined;
  /** Share of the changed lines by agent kind. */
  readonly effort?: Readonly<Record<string, number>> | undefined;
  /** Whether the task was composite. */
  readonly decompose?: boolean | undefined;
  readonly split: string;
}

/** One task graph: a line of a dependencies file. */
export interface DependencyRow {
  readonly id: string;
  readonly source: string;
  readonly licence: string;
  /** What kind of graph it is, such as `ci-jobs`. */
  readonly kind: string;
  readonly request: string;
  /** Texts of the subtasks. */
  readonly nodes: readonly string[];
  /** Pairs of positions: the first must come before the second. */
  readonly edges: readonly (readonly [before: number, after: number])[];
  readonly split: string;
}

/** The task that a row asks to plan. */
export function taskOf({ text, context }: Pick<TaskRow, 'text' | 'context'>): PlanningTask {
  return { text, ...(context && { workspace: context }) };
}
