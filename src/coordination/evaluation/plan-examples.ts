import type { ExampleSet } from '../data/examples.ts';
import { type Calibration, calibrate } from '../model/calibration.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { planSteps } from '../model/plan-steps.ts';
import type { Prediction } from '../model/prediction.ts';

/** Plans of a set, as {@link HrmCoordinator} makes them: each row halts by itself. */
export interface SetPlans {
  /** Logits of `planOutputs` of each row. */
  readonly plans: readonly Float32Array[];
  /** Steps that each row took. */
  readonly steps: readonly number[];
  /** Probability, by the Q head, that another step would have improved the plan. */
  readonly continueProbability: readonly number[];
}

/** Plans every row of a set, `maxSteps` steps at most. */
export async function planExamples(
  model: CoordinationModel,
  set: ExampleSet,
  options: { readonly maxSteps?: number; readonly batchSize?: number } = {},
): Promise<SetPlans> {
  const { maxSteps = model.config.core.maxSteps, batchSize = 64 } = options;
  const plans: Float32Array[] = new Array(set.count);
  const steps: number[] = new Array(set.count);
  const continueProbability: number[] = new Array(set.count);
  for (let start = 0; start < set.count; start += batchSize) {
    const end = Math.min(set.count, start + batchSize);
    const part = <Values extends Float32Array | Int32Array>(values: Values): Values => {
      const width = values.length / set.count;
      return values.slice(start * width, end * width) as Values;
    };
    const input = { tokens: part(set.tokens), evidence: part(set.evidence), prior: part(set.prior) };
    let step = 0;
    for await (const { plan, haltProbability, halts } of planSteps(model, input, maxSteps)) {
      step += 1;
      for (let row = start; row < end; row++) {
        if (plans[row] || (step < maxSteps && !halts[row - start])) continue;
        plans[row] = plan.slice((row - start) * planOutputs.count, (row - start + 1) * planOutputs.count);
        steps[row] = step;
        continueProbability[row] = 1 - (haltProbability[row - start] as number);
      }
    }
  }
  return { plans, steps, continueProbability };
}

/** What the linear path alone plans. */
export function linearPlans(set: ExampleSet): Float32Array[] {
  return rowsOf(set.prior);
}

/** Targets of each row. */
export function targetsOf(set: ExampleSet): Float32Array[] {
  return rowsOf(set.targets);
}

/** Plans as calibrated predictions. */
export function predictionsOf(plans: readonly Float32Array[], calibration: Calibration): Prediction[] {
  return plans.map((plan) => calibrate(plan, calibration, { steps: 0, continueProbability: 0 }));
}

function rowsOf(values: Float32Array): Float32Array[] {
  const width = planOutputs.count;
  return Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
