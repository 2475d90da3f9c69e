import { countDecisions, f1 } from '../evaluation/scores.ts';
import { type Calibration, type PlattScale, sigmoid, softmax } from '../model/calibration.ts';
import { planOutputs } from '../model/plan-outputs.ts';

/** Rows' weight of the start (slope 1, intercept 0) in a Platt fit: few rows move it little. */
const PRIOR_ROWS = 10;

/** How much of a label's own best threshold is taken; the rest comes from 0.5 · best F1, the optimum of calibrated scores. */
const OWN_SHARE = 0.5;

/**
 * Fits probabilities and thresholds to rows that the heads have not learned. `plans` and `targets` are rows of `planOutputs`,
 * NaN where a target is not known.
 */
export function fitCalibration(plans: readonly Float32Array[], targets: readonly Float32Array[]): Calibration {
  const pairs = (output: number): Pair[] =>
    plans.flatMap((plan, row) => {
      const target = (targets[row] as Float32Array)[output] as number;
      return Number.isNaN(target) ? [] : [[plan[output] as number, target] as const];
    });
  const agents = Array.from({ length: planOutputs.composite }, (_, kind) => fitPlatt(pairs(kind)));
  const composite = fitPlatt(pairs(planOutputs.composite));
  return {
    byHeads: new Array<boolean>(planOutputs.count).fill(true),
    agents,
    composite,
    groups: [0, 1, 2].map((group) => fitPlatt(pairs(planOutputs.groups + group))),
    effortTemperature: fitTemperature(plans, targets, planOutputs.effort, planOutputs.difficulty),
    difficultyTemperature: fitTemperature(plans, targets, planOutputs.difficulty, planOutputs.groups),
    thresholds: agents.map((scale, kind) => chooseThreshold(pairs(kind), scale)),
    compositeThreshold: chooseThreshold(pairs(planOutputs.composite), composite),
  };
}

type Pair = readonly [logit: number, target: number];

/** Logistic regression of the target on the logit by Newton's method, drawn to slope 1 and intercept 0. */
export function fitPlatt(pairs: readonly Pair[]): PlattScale {
  let [slope, intercept] = [1, 0];
  for (let round = 0; round < 30; round++) {
    let [gradientSlope, gradientIntercept] = [PRIOR_ROWS * (slope - 1), PRIOR_ROWS * 0.1 * intercept];
    let [curveSlope, curveBoth, curveIntercept] = [PRIOR_ROWS, 0, PRIOR_ROWS * 0.1];
    for (const [logit, target] of pairs) {
      const probability = sigmoid(slope * logit + intercept);
      const [error, curve] = [probability - target, probability * (1 - probability)];
      gradientSlope += error * logit;
      gradientIntercept += error;
      curveSlope += curve * logit * logit;
      curveBoth += curve * logit;
      curveIntercept += curve;
    }
    const determinant = curveSlope * curveIntercept - curveBoth * curveBoth;
    const moveSlope = (curveIntercept * gradientSlope - curveBoth * gradientIntercept) / determinant;
    const moveIntercept = (curveSlope * gradientIntercept - curveBoth * gradientSlope) / determinant;
    const damping = Math.min(1, 1 / Math.max(Math.abs(moveSlope), Math.abs(moveIntercept), 1e-12));
    slope = Math.max(0.05, slope - damping * moveSlope);
    intercept -= damping * moveIntercept;
    if (Math.abs(moveSlope) + Math.abs(moveIntercept) < 1e-9) break;
  }
  return { slope, intercept };
}

/** The probability from which deciding yes gives the best F1, steadied: with few rows the best one is luck. */
export function chooseThreshold(pairs: readonly Pair[], { slope, intercept }: PlattScale): number {
  const scored = pairs.map(([logit, target]) => [sigmoid(slope * logit + intercept), target === 1] as const);
  if (!scored.some(([, truth]) => truth)) return 0.5;
  const at = (threshold: number): number =>
    f1(countDecisions(scored.map(([probability, truth]) => [probability >= threshold, truth])));
  const candidates = Array.from({ length: 91 }, (_, index) => 0.05 + index / 100).map(
    (threshold) => [threshold, at(threshold)] as const,
  );
  const best = Math.max(...candidates.map(([, score]) => score));
  const good = candidates.filter(([, score]) => score >= best - 1e-9);
  const own = (good[Math.floor(good.length / 2)] as readonly [number, number])[0];
  return OWN_SHARE * own + (1 - OWN_SHARE) * (best / 2);
}

/** The divisor of logits under which shares are likeliest, among steps of a twentieth octave. */
function fitTemperature(
  plans: readonly Float32Array[],
  targets: readonly Float32Array[],
  from: number,
  to: number,
): number {
  const rows = plans.flatMap((plan, row) => {
    const target = (targets[row] as Float32Array).subarray(from, to);
    return target.some(Number.isNaN) ? [] : [[plan.subarray(from, to), target] as const];
  });
  const loss = (temperature: number): number =>
    rows.reduce((sum, [logits, target]) => {
      const shares = softmax(logits, temperature);
      return sum - target.reduce((part, share, index) => part + share * Math.log((shares[index] as number) + 1e-9), 0);
    }, 0);
  const candidates = Array.from({ length: 41 }, (_, index) => 2 ** ((index - 20) / 10));
  return candidates.reduce((best, candidate) => (loss(candidate) < loss(best) ? candidate : best), 1);
}
