import type { PlanningTask } from '../task/planning-task.ts';

/** What the heads say of one task. Indices of agents are those of `agentKinds`. */
export interface Prediction {
  /** Probability that each agent is needed, calibrated. [agents] */
  readonly agents: Float32Array;
  /** Probability from which each agent counts as needed, chosen on validation data. [agents] */
  readonly thresholds: Float32Array;
  /** Expected share of the effort by agent; sums to 1. [agents] */
  readonly effort: Float32Array;
  /** Probability of each difficulty: at most 15, 80, 300 changed lines, or more. [4] */
  readonly difficulty: Float32Array;
  /** Expected changed lines. */
  readonly expectedLines: number;
  /** Probability that the task is composite. */
  readonly composite: number;
  /** Probability from which the task counts as composite, chosen like the agents' thresholds; default 0.5. */
  readonly compositeThreshold?: number | undefined;
  /** Probability that each kind of subtask occurs. */
  readonly groups: { readonly code: number; readonly tool: number; readonly system: number };
  /** Planning steps (ACT steps) that were taken, 1 … the model's most. */
  readonly steps: number;
  /** Probability, after the last step, that another planning step would improve the plan. */
  readonly continueProbability: number;
}

/** Position in a list that must come before another. */
export type OrderEdge = readonly [before: number, after: number];

/** What an agent may do after a step. */
export const recoveryActions = ['run', 'fix', 'retry', 'other-tool', 'escalate'] as const;

/** One of {@link recoveryActions}. */
export type RecoveryAction = (typeof recoveryActions)[number];

/** What an agent saw after its last step. */
export interface StepObservation {
  /** The agent's kind. */
  readonly agent: string;
  /** The end of what the step printed. */
  readonly output: string;
  /** Exit status; undefined when the step did not end by itself (a timeout, a lost connection). */
  readonly exitCode?: number | undefined;
  /** Attempts at this step so far, 1 for the first. */
  readonly attempt: number;
}

/** Predicts plans. Heads on HRM are one implementation, rules another. */
export interface Coordinator extends Disposable {
  /** Name and version, such as `hrm-coordination/1`. */
  readonly name: string;
  /** @throws MODEL_DISPOSED */
  predict(
    task: PlanningTask,
    options?: { readonly maxSteps?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Prediction>;
  /** Predicts many tasks at once, where that is faster than one after another. */
  predictAll?(
    tasks: readonly PlanningTask[],
    options?: { readonly maxSteps?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly Prediction[]>;
  /** Which subtask must come before which: an acyclic set of pairs. */
  order(request: string, subtasks: readonly string[]): Promise<readonly OrderEdge[]>;
  /** Probability of each recovery action. */
  recover(observation: StepObservation): Promise<Readonly<Record<RecoveryAction, number>>>;
}
