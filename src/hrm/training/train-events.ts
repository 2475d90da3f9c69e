import type { StepMetrics } from '../losses/metrics.ts';
import type { Evaluation } from './evaluate.ts';

/** What happens during a training run. */
export type TrainEvent =
  | {
      readonly type: 'started';
      /** Steps done before, by an earlier run. */
      readonly step: number;
      readonly totalSteps: number;
      readonly parameterCount: number;
    }
  | {
      readonly type: 'step';
      readonly step: number;
      /** Loss of this step's batch per row. */
      readonly loss: number;
      /** Sums over the rows that halted at this step; losses are sums over all rows. */
      readonly metrics: StepMetrics;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly parameterNorm: number;
      readonly stepsPerSecond: number;
      readonly remainingMs: number;
    }
  | { readonly type: 'evaluation'; readonly step: number; readonly evaluation: Evaluation; readonly isBest: boolean }
  | { readonly type: 'checkpoint'; readonly step: number; readonly folder: string }
  | { readonly type: 'finished'; readonly step: number; readonly reason: 'completed' | 'aborted' | 'no-progress' };

/** One line for a terminal; undefined for events that need none. */
export function describeTrainEvent(event: TrainEvent, totalSteps: number): string | undefined {
  switch (event.type) {
    case 'step': {
      const { step, loss, metrics, stepsPerSecond, remainingMs } = event;
      const exact = metrics.count > 0 ? ` exact ${percent(metrics.exactAccuracy / metrics.count)}` : '';
      return `step ${step}/${totalSteps} loss ${loss.toFixed(4)}${exact} ${stepsPerSecond.toFixed(2)} steps/s, ${clock(remainingMs)} left`;
    }
    case 'evaluation': {
      const { exactAccuracy, accuracy, count } = event.evaluation;
      return `evaluation at ${event.step}: exact ${percent(exactAccuracy)}, cells ${percent(accuracy)} of ${count} puzzles`;
    }
    case 'checkpoint':
      return `checkpoint at ${event.step}: ${event.folder}`;
    case 'finished':
      return `finished at ${event.step}: ${event.reason}`;
    default:
      return undefined;
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function clock(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
