import { planOutputs } from './plan-outputs.ts';
import type { Prediction } from './prediction.ts';

/** Turns a log-odds into a calibrated one: slope · x + intercept (Platt). */
export interface PlattScale {
  readonly slope: number;
  readonly intercept: number;
}

/** What makes a plan's logits probabilities, and probabilities decisions; fitted on rows that the heads have not learned. */
export interface Calibration {
  /** Whether the heads decide an output; otherwise the linear path does, which was the better there. [planOutputs.count] */
  readonly byHeads: readonly boolean[];
  /** Of each agent kind. */
  readonly agents: readonly PlattScale[];
  readonly composite: PlattScale;
  /** Of code, tool and system. */
  readonly groups: readonly PlattScale[];
  /** Divisor of the effort logits. */
  readonly effortTemperature: number;
  /** Divisor of the difficulty logits. */
  readonly difficultyTemperature: number;
  /** Probability from which each agent kind counts as needed. */
  readonly thresholds: readonly number[];
  /** Probability from which a task counts as composite. */
  readonly compositeThreshold: number;
}

/** Takes the heads' logits as they are, with 0.5 as every threshold. */
export const noCalibration: Calibration = {
  byHeads: Array.from({ length: planOutputs.count }, () => true),
  agents: Array.from({ length: 18 }, () => ({ slope: 1, intercept: 0 })),
  composite: { slope: 1, intercept: 0 },
  groups: Array.from({ length: 3 }, () => ({ slope: 1, intercept: 0 })),
  effortTemperature: 1,
  difficultyTemperature: 1,
  thresholds: Array.from({ length: 18 }, () => 0.5),
  compositeThreshold: 0.5,
};

/** The heads' plan where they decide, the linear path's (`prior`) elsewhere. [planOutputs.count] */
export function mixPlan(
  plan: Float32Array,
  prior: Float32Array,
  { byHeads }: Pick<Calibration, 'byHeads'>,
): Float32Array {
  return plan.map((logit, output) => (byHeads[output] ? logit : (prior[output] as number)));
}

/** A plan's logits with every scale applied, so that their probabilities are calibrated. [planOutputs.count] */
export function calibrateLogits(plan: Float32Array, calibration: Calibration): Float32Array {
  const { agents, composite, groups, effortTemperature, difficultyTemperature } = calibration;
  const logits = plan.slice();
  const scale = (output: number, { slope, intercept }: PlattScale): void => {
    logits[output] = slope * (plan[output] as number) + intercept;
  };
  agents.forEach((platt, kind) => {
    scale(kind, platt);
  });
  scale(planOutputs.composite, composite);
  groups.forEach((platt, group) => {
    scale(planOutputs.groups + group, platt);
  });
  for (let output: number = planOutputs.effort; output < planOutputs.groups; output++) {
    const temperature = output < planOutputs.difficulty ? effortTemperature : difficultyTemperature;
    logits[output] = (plan[output] as number) / temperature;
  }
  return logits;
}

/** A plan's logits (`planOutputs`) as a prediction. */
export function calibrate(
  plan: Float32Array,
  calibration: Calibration,
  halting: Pick<Prediction, 'steps' | 'continueProbability'>,
): Prediction {
  const logits = calibrateLogits(plan, calibration);
  const probability = (output: number): number => sigmoid(logits[output] as number);
  const { composite, lines, effort, difficulty, groups } = planOutputs;
  return {
    agents: logits.subarray(0, composite).map(sigmoid),
    thresholds: Float32Array.from(calibration.thresholds),
    effort: softmax(logits.subarray(effort, difficulty)),
    difficulty: softmax(logits.subarray(difficulty, groups)),
    expectedLines: Math.max(0, Math.exp(Math.min(12, logits[lines] as number)) - 1),
    composite: probability(composite),
    compositeThreshold: calibration.compositeThreshold,
    groups: { code: probability(groups), tool: probability(groups + 1), system: probability(groups + 2) },
    ...halting,
  };
}

/** 1 / (1 + e^−x) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Shares that sum to 1. */
export function softmax(logits: Float32Array, temperature = 1): Float32Array {
  const most = logits.reduce((top, logit) => Math.max(top, logit), Number.NEGATIVE_INFINITY);
  const weights = logits.map((logit) => Math.exp((logit - most) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
