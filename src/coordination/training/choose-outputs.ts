import { type Calibration, calibrateLogits, softmax } from '../model/calibration.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { fitCalibration } from './fit-calibration.ts';

/** Part of the linear path's loss that the heads must save to decide an output. */
const leastGain = 0.02;
/** Part of the sources on which they must be the better ones: a gain on one repository is luck. */
const leastSources = 0.75;

/** Sources with a yes below which the linear path keeps a yes-or-no output: it was judged on many more. */
const leastOccurrences = 5;

/** Plans of the same rows by heads and linear path, with the rows' targets; all rows of `planOutputs`, NaN where unknown. */
export interface RivalPlans {
  readonly heads: readonly Float32Array[];
  readonly linear: readonly Float32Array[];
  readonly targets: readonly Float32Array[];
  /** Where each row comes from. */
  readonly sources: readonly string[];
}

/**
 * Gives each output to whoever predicts it better on rows that the heads have not learned: to the heads where they save at
 * least 2 % of the loss, win on three quarters of the sources, and were judged on a yes of at least five of them, otherwise to
 * the linear path with its own calibration (`linear`, fitted on many more rows). The outputs of a softmax stay together.
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
    const ours = lossBySource(scaledHeads, rivals, from, to);
    const theirs = lossBySource(scaledLinear, rivals, from, to);
    const won = [...theirs].filter(([source, loss]) => (ours.get(source) ?? 0) < loss).length;
    const isBetter = total(ours) < total(theirs) * (1 - leastGain) && won >= theirs.size * leastSources;
    byHeads.fill(isBetter && occurrences(rivals, from, to) >= leastOccurrences, from, to);
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

/** Number of sources in which something of a block is the case. */
function occurrences({ targets, sources }: Pick<RivalPlans, 'targets' | 'sources'>, from: number, to: number): number {
  const isCase = (target: Float32Array): boolean => target.subarray(from, to).some((value) => value > 0);
  return new Set(sources.filter((_, row) => isCase(targets[row] as Float32Array))).size;
}

/** Loss of a block by source, over the rows that know it. */
function lossBySource(
  plans: readonly Float32Array[],
  { targets, sources }: Pick<RivalPlans, 'targets' | 'sources'>,
  from: number,
  to: number,
): Map<string, number> {
  const losses = new Map<string, number>();
  plans.forEach((plan, row) => {
    const target = (targets[row] as Float32Array).subarray(from, to);
    if (target.some(Number.isNaN)) return;
    const source = sources[row] as string;
    losses.set(source, (losses.get(source) ?? 0) + blockLoss(plan.subarray(from, to), target, from));
  });
  return losses;
}

/** Cross entropy of a block; the squared error of the lines. */
function blockLoss(logits: Float32Array, target: Float32Array, from: number): number {
  if (target.length > 1) {
    const shares = softmax(logits);
    return target.reduce((sum, truth, place) => sum - truth * Math.log((shares[place] as number) + 1e-9), 0);
  }
  const [logit, truth] = [logits[0] as number, target[0] as number];
  if (from === planOutputs.lines) return (logit - truth) ** 2;
  return Math.max(logit, 0) - logit * truth + Math.log1p(Math.exp(-Math.abs(logit)));
}

function total(losses: ReadonlyMap<string, number>): number {
  return [...losses.values()].reduce((sum, loss) => sum + loss, 0);
}
