import type { PlanScores } from '../evaluation/score-plans.ts';

/** What happens in a run of `trainCoordination`. */
export type CoordinationTrainEvent =
  | {
      readonly type: 'started';
      /** Steps done before, by an earlier run. */
      readonly step: number;
      readonly totalSteps: number;
      /** Trained values of core and heads. */
      readonly parameterCount: number;
      /** Rows that are learned, held out of the core, and of the validation split. */
      readonly rows: { readonly train: number; readonly heldOut: number; readonly validation: number };
    }
  | {
      readonly type: 'linear';
      /** Loss of the linear path alone on the held-out sources, per row. */
      readonly loss: number;
      /** Its scores on the validation split. */
      readonly scores: PlanScores;
    }
  | {
      readonly type: 'step';
      readonly step: number;
      /** Loss of the plan after the last planning step, per row. */
      readonly loss: number;
      readonly haltingLoss: number;
      readonly recoveryLoss?: number;
      readonly learningRate: number;
      readonly stepsPerSecond: number;
      readonly remainingMs: number;
    }
  | {
      readonly type: 'evaluation';
      readonly step: number;
      /** Loss of the plan on the held-out sources, per row; the best weights are kept. */
      readonly loss: number;
      readonly isBest: boolean;
      /** Scores on the validation split. */
      readonly scores: PlanScores;
    }
  | { readonly type: 'checkpoint'; readonly step: number; readonly folder: string }
  | {
      readonly type: 'finished';
      readonly step: number;
      readonly reason: 'completed' | 'aborted';
      /** Scores of what was written on the validation split; absent after an abort. */
      readonly scores?: PlanScores;
      /** Where the weights are; absent after an abort. */
      readonly folder?: string;
    };

/** One line for a terminal; undefined for events that need none. */
export function describeCoordinationEvent(event: CoordinationTrainEvent): string | undefined {
  switch (event.type) {
    case 'started': {
      const { train, heldOut, validation } = event.rows;
      return `${train} rows to learn, ${heldOut} held out, ${validation} for validation; ${event.parameterCount} parameters; step ${event.step} of ${event.totalSteps}`;
    }
    case 'linear':
      return `linear path alone: held-out loss ${event.loss.toFixed(4)}; ${describeScores(event.scores)}`;
    case 'step': {
      const { step, loss, haltingLoss, recoveryLoss, stepsPerSecond, remainingMs } = event;
      const recovery = recoveryLoss === undefined ? '' : ` recovery ${recoveryLoss.toFixed(3)}`;
      return `step ${step} loss ${loss.toFixed(3)} halting ${haltingLoss.toFixed(3)}${recovery} ${stepsPerSecond.toFixed(2)} steps/s, ${Math.round(remainingMs / 60_000)} min left`;
    }
    case 'evaluation':
      return `step ${event.step}: held-out loss ${event.loss.toFixed(4)}${event.isBest ? ' (best)' : ''}; ${describeScores(event.scores)}`;
    case 'finished':
      return event.scores ? `finished: ${describeScores(event.scores)}` : `stopped at step ${event.step}`;
    default:
      return undefined;
  }
}

/** The main scores in one line. */
export function describeScores({ languages, tools, domains, all, ...other }: PlanScores): string {
  const pair = ({ micro, macro }: { micro: number; macro: number }) => `${micro.toFixed(3)}/${macro.toFixed(3)}`;
  const rest = `decompose ${other.decompose.toFixed(3)} difficulty ${other.difficulty.toFixed(3)} effort ${other.effortTop.toFixed(3)} ECE ${other.calibration.toFixed(3)}`;
  return `languages ${pair(languages)} tools ${pair(tools)} domains ${pair(domains)} all ${pair(all)} ${rest}`;
}
