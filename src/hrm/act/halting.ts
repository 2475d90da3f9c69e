import { invalidArgument } from '../../core/errors.ts';
import type { HrmConfig } from '../config.ts';
import type { Random } from '../random.ts';

/** Draws, per row, the steps before which it may not halt: uniform in 2 … M_max with the exploration probability, else 0. [B] */
export function drawMinHaltSteps(config: HrmConfig, rows: number, random: Random): Int32Array {
  const { explorationProbability, maxSteps } = config;
  return Int32Array.from({ length: rows }, () => {
    const explores = random.next() < explorationProbability;
    const steps = random.integer(2, Math.max(2, maxSteps));
    return explores ? steps : 0;
  });
}

/** Which rows halt after a training step. `steps` are those after the step. [B] */
export function decideHalting(
  config: HrmConfig,
  steps: Int32Array,
  qHaltLogits: Float32Array,
  qContinueLogits: Float32Array,
  minHaltSteps: Int32Array,
): Uint8Array {
  if (minHaltSteps.length !== steps.length) {
    throw invalidArgument('minHaltSteps.length', `${steps.length}, one for each row`, minHaltSteps.length);
  }
  return Uint8Array.from(steps, (taken, row) => {
    const isLast = taken >= config.maxSteps;
    if (config.maxSteps === 1) return isLast ? 1 : 0;
    const threshold = config.qHead === 'halt-only' ? 0 : (qContinueLogits[row] as number);
    const wantsToHalt = (qHaltLogits[row] as number) > threshold;
    return (isLast || wantsToHalt) && taken >= (minHaltSteps[row] as number) ? 1 : 0;
  });
}
