import type { AgentGroup } from '../task/agent-kinds.ts';

/** One agent kind in a plan. */
export interface PlannedAgent {
  /** Name of the kind. */
  readonly agent: string;
  readonly group: AgentGroup;
  /** Calibrated probability that it is needed. */
  readonly probability: number;
  /** Whether the plan calls for it. */
  readonly selected: boolean;
  /** Share of the effort; those of the selected agents sum to 1, others have 0. */
  readonly effort: number;
  /** 1 for the first. Ranked by predicted effort and dependency order: there is no true label for priority. */
  readonly priority: number;
}

/** A part of a composite task. */
export interface PlannedSubtask {
  readonly id: string;
  readonly text: string;
  /** Name of the agent kind that does it. */
  readonly agent: string;
  /** Ids of the subtasks that come before it. */
  readonly after: readonly string[];
  readonly effort: number;
}

/** What moved a choice. */
export interface PlanReason {
  /** Name of the agent kind, or `composite`. */
  readonly about: string;
  /** A word of the text, `*.ts`, or a marker file. */
  readonly evidence: string;
  /** Change of the log-odds; negative speaks against. */
  readonly weight: number;
}

/** A plan: which agents, in which order, with which effort, and how sure that is. */
export interface CoordinationPlan {
  /** All kinds, likeliest first. */
  readonly agents: readonly PlannedAgent[];
  /** Whether the task is taken apart. */
  readonly composite: { readonly value: boolean; readonly probability: number };
  /** One for a direct task. The order is always acyclic. */
  readonly subtasks: readonly PlannedSubtask[];
  readonly difficulty: {
    readonly level: 0 | 1 | 2 | 3;
    readonly expectedLines: number;
    readonly probabilities: readonly number[];
  };
  /** Expected working time, a rough guide from difficulty. */
  readonly expectedDurationMs: number;
  readonly planningSteps: number;
  /** 0 to 1: how far to trust the plan. */
  readonly confidence: number;
  /** The plan is a guess: leave the decision to another policy. */
  readonly abstain: boolean;
  readonly reasons: readonly PlanReason[];
  /** Name of the coordinator that made it. */
  readonly by: string;
}
