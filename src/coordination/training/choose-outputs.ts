import { type Calibration, calibrateLogits, softmax } from '../model/calibration.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { fitCalibration } from './fit-calibration.ts';

/** Part of the linear path's loss that the heads must save to decide an output. */
const leastGain = 0.003;

/** Plans of the same rows by heads and linear path, with the rows' targets; all rows of `planOutputs`, NaN where unknown. */
export interface RivalPlans {
  readonly heads: readonly Float32Array[];
  readonly linear: readonly Float32Array[];
  readonly targets: readonly Float32Array[];
}

/**
 * Gives each output to whoever predicts it better on rows that the heads have not learned: the heads, or the linear path
 * alone with its own calibration (`linear`, fitted on many more rows). The outputs of a softmax stay together.
 */
export function chooseOutputs(rivals: RivalPlans, linear: Calibration): Calibration {
  const { targets } = rivals;
  const heads = fitCalibration(rivals.heads, targets);
  // Both are fitted on the same rows for the comparison, so that neither has the advantage.
  const rival = fitCalibration(rivals.linear, targets);
  const scaledHeads = rivals.heads.map((plan) => calibrateLogits(plan, heads));
  const scaledLinear = rivals.linear.map((plan) => calibrateLogits(plan, rival));
  const byHeads = new Array<boolean>(planOutputs.count).fill(false);
  for (const [from, to] of outputBlocks()) {
    const [ours, theirs] = [blockLoss(scaledHeads, targets, from, to), blockLoss(scaledLinear, targets, from, to)];
    byHeads.fill(ours < theirs * (1 - leastGain), from, to);
  }
  const pick = <Value>(output: number, ours: Value, theirs: Value): Value => (byHeads[output] ? ours : theirs);
  const { composite, effort, difficulty, groups } = planOutputs;
  return {
    byHeads,
    agents: heads.agents.map((scale, kind) => pick(kind, scale, linear.agents[kind] ?? scale)),
    thresholds: heads.thresholds.map((threshold, kind) => pick(kind, threshold, linear.thresholds[kind] ?? threshold)),
    composite: pick(composite, heads.composite, linear.composite),
    compositeThreshold: pick(composite, heads.compositeThreshold, linear.compositeThreshold),
    groups: heads.groups.map((scale, group) => pick(groups + group, scale, linear.groups[group] ?? scale)),
    effortTemperature: pick(effort, heads.effortTemperature, linear.effortTemperature),
    difficultyTemperature: pick(difficulty, heads.difficultyTemperature, linear.difficultyTemperature),
  };
}

/** Outputs that are decided together: single ones, and those of a softmax. */
function outputBlocks(): (readonly [from: number, to: number])[] {
  const { effort, difficulty, groups, count } = planOutputs;
  const single = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => [from + index, from + index + 1] as const);
  return [...single(0, effort), [effort, difficulty], [difficulty, groups], ...single(groups, count)];
}

/** Cross entropy of a block over the rows that know it; the squared error of the lines. */
function blockLoss(plans: readonly Float32Array[], targets: readonly Float32Array[], from: number, to: number): number {
  let total = 0;
  plans.forEach((plan, row) => {
    const target = (targets[row] as Float32Array).subarray(from, to);
    if (target.some(Number.isNaN)) return;
    if (to - from > 1) {
      const shares = softmax(plan.subarray(from, to));
      target.forEach((truth, place) => {
        if (truth > 0) total -= truth * Math.log((shares[place] as number) + 1e-9);
      });
      return;
    }
    const [logit, truth] = [plan[from] as number, target[0] as number];
    if (from === planOutputs.lines) total += (logit - truth) ** 2;
    else total += Math.max(logit, 0) - logit * truth + Math.log1p(Math.exp(-Math.abs(logit)));
  });
  return total;
}
