import type { Random } from '../../hrm/random.ts';
import type { ExampleSet } from '../data/examples.ts';
import { softmax } from '../model/calibration.ts';
import { planOutputs } from '../model/plan-outputs.ts';

/** Tasks of one training or evaluation step. */
export interface PlanBatch {
  readonly size: number;
  /** [B, S] */
  readonly tokens: Int32Array;
  /** [B, A, E] */
  readonly evidence: Float32Array;
  /** [B, outputs] */
  readonly prior: Float32Array;
  /** 0 where unknown, [B, outputs]. */
  readonly targets: Float32Array;
  /** Weight of each target in the loss, 0 where unknown. [B, outputs] */
  readonly weights: Float32Array;
}

/** How much each part of a plan counts in the loss. */
export interface LossWeights {
  /** Weight of each output's known target. [outputs] */
  readonly outputs: Float32Array;
  /** Weight of positive targets among those with two classes; 1 elsewhere. [outputs] */
  readonly positives: Float32Array;
}

/** Loss weights of a data set: every part counts alike, rare labels moderately more (square root of the imbalance, at most 3). */
export function lossWeights({ targets, count }: ExampleSet): LossWeights {
  const width = planOutputs.count;
  const outputs = new Float32Array(width).fill(1);
  outputs.fill(0.25, planOutputs.lines, planOutputs.lines + 1);
  outputs.fill(0.5, planOutputs.difficulty);
  const positives = new Float32Array(width).fill(1);
  const binary = (output: number): boolean => output <= planOutputs.composite || output >= planOutputs.groups;
  for (let output = 0; output < width; output++) {
    if (!binary(output)) continue;
    let [yes, no] = [1, 1];
    for (let row = 0; row < count; row++) {
      const target = targets[row * width + output];
      if (target === 1) yes += 1;
      else if (target === 0) no += 1;
    }
    positives[output] = Math.min(3, Math.max(1, Math.sqrt(no / yes)));
  }
  return { outputs, positives };
}

/** The rows at some positions. With `dropout`, each word is left out with that probability, drawn from `random`. */
export function takeBatch(
  set: ExampleSet,
  rows: Int32Array,
  { outputs, positives }: LossWeights,
  words?: { readonly dropout: number; readonly random: Random },
): PlanBatch {
  const size = rows.length;
  const tokens = rowsOf(set.tokens, rows, set.count);
  const targets = rowsOf(set.targets, rows, set.count);
  const weights = new Float32Array(targets.length);
  targets.forEach((target, index) => {
    const output = index % planOutputs.count;
    if (Number.isNaN(target)) targets[index] = 0;
    else weights[index] = (outputs[output] as number) * (target === 1 ? (positives[output] as number) : 1);
  });
  if (words && words.dropout > 0) {
    tokens.forEach((token, index) => {
      if (token !== 0 && words.random.next() < words.dropout) tokens[index] = 0;
    });
  }
  return {
    size,
    tokens,
    evidence: rowsOf(set.evidence, rows, set.count),
    prior: rowsOf(set.prior, rows, set.count),
    targets,
    weights,
  };
}

function rowsOf<Values extends Float32Array | Int32Array>(values: Values, rows: Int32Array, count: number): Values {
  const width = values.length / count;
  const taken = new (values.constructor as new (length: number) => Values)(rows.length * width);
  for (const [index, row] of rows.entries()) taken.set(values.subarray(row * width, (row + 1) * width), index * width);
  return taken;
}

/** Loss of plans per row, in ordinary memory: the measure by which weights are chosen. Known targets count alike, by part. */
export function meanPlanLoss(plans: readonly Float32Array[], targets: readonly Float32Array[]): number {
  const { lines, effort, difficulty, groups } = planOutputs;
  let total = 0;
  plans.forEach((plan, row) => {
    const target = targets[row] as Float32Array;
    target.forEach((truth, output) => {
      if (Number.isNaN(truth) || output === lines || (output >= effort && output < groups)) return;
      const logit = plan[output] as number;
      total += Math.max(logit, 0) - logit * truth + Math.log1p(Math.exp(-Math.abs(logit)));
    });
    if (!Number.isNaN(target[lines])) total += 0.25 * ((plan[lines] as number) - (target[lines] as number)) ** 2;
    for (const [from, to] of [
      [effort, difficulty],
      [difficulty, groups],
    ] as const) {
      const shares = softmax(plan.subarray(from, to));
      target.subarray(from, to).forEach((truth, place) => {
        if (truth > 0) total -= truth * Math.log((shares[place] as number) + 1e-9);
      });
    }
  });
  return total / Math.max(1, plans.length);
}
