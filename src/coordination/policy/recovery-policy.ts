import type { Policy } from '../../orchestration/index.ts';
import { type Coordinator, type RecoveryAction, recoveryActions, type StepObservation } from '../model/prediction.ts';

/** What an executor may do. */
export interface RecoveryPolicyOptions {
  /** Actions that the executor has. Default: all. */
  readonly actions?: readonly RecoveryAction[] | undefined;
  /** Attempts after which a failed step is escalated. Default 4. */
  readonly maxAttempts?: number | undefined;
}

/**
 * Decides what an agent does after a step: `run` the next one, `fix` the cause, `retry` the same, take an `other-tool`, or
 * `escalate`. A step that ended well is never repeated, and one that failed `maxAttempts` times is escalated.
 */
export function recoveryPolicy(
  coordinator: Pick<Coordinator, 'name' | 'recover'>,
  options: RecoveryPolicyOptions = {},
): Policy<StepObservation, RecoveryAction> {
  const { actions = recoveryActions, maxAttempts = 4 } = options;
  return {
    decide: async (observation) => {
      const scores = await coordinator.recover(observation);
      if (observation.exitCode === 0) return { action: 'run', confidence: 1, scores, by: coordinator.name };
      const isOver = observation.attempt >= maxAttempts;
      if (isOver) return { action: 'escalate', confidence: 1, scores, by: coordinator.name };
      const action = actions.reduce<RecoveryAction>(
        (best, next) => ((scores[next] ?? 0) > (scores[best] ?? 0) ? next : best),
        actions[0] ?? 'escalate',
      );
      return { action, confidence: scores[action] ?? 0, scores, by: coordinator.name };
    },
  };
}
