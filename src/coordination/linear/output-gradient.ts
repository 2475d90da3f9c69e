import { linearOutputs } from './linear-outputs.ts';

/** Spread of log-lines: their error is measured in it, so that it weighs as the log-odds do. */
const linesDeviation = 1.7;

/**
 * Derivative of a row's loss by its scores: logistic for agents and `composite`, squared for the lines, cross entropy of a
 * softmax for the effort. 0 where the target is NaN. [outputs]
 */
export function outputGradient(scores: Float32Array, targets: Float32Array, gradient: Float32Array): void {
  gradient.fill(0);
  for (let output = 0; output <= linearOutputs.composite; output++) {
    const target = targets[output] as number;
    if (!Number.isNaN(target)) gradient[output] = 1 / (1 + Math.exp(-(scores[output] as number))) - target;
  }
  const lines = targets[linearOutputs.lines] as number;
  if (!Number.isNaN(lines)) {
    gradient[linearOutputs.lines] = ((scores[linearOutputs.lines] as number) - lines) / linesDeviation ** 2;
  }
  if (Number.isNaN(targets[linearOutputs.effort] as number)) return;
  let most = Number.NEGATIVE_INFINITY;
  for (let output = linearOutputs.effort; output < linearOutputs.count; output++) {
    most = Math.max(most, scores[output] as number);
  }
  let total = 0;
  for (let output = linearOutputs.effort; output < linearOutputs.count; output++) {
    total += Math.exp((scores[output] as number) - most);
  }
  for (let output = linearOutputs.effort; output < linearOutputs.count; output++) {
    gradient[output] = Math.exp((scores[output] as number) - most) / total - (targets[output] as number);
  }
}
