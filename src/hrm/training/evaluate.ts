import { disposeCarry, initialCarry } from '../act/carry.ts';
import { stepModel } from '../act/step.ts';
import { tf } from '../backend/tensorflow.ts';
import type { Dataset } from '../data/dataset.ts';
import { testBatches } from '../data/sampler.ts';
import { actLoss } from '../losses/act-loss.ts';
import { countRows, scoreRows } from '../losses/metrics.ts';
import type { HrmModel } from '../model/hrm-model.ts';

/** Scores of a model on a data set, means over its puzzles after the last step. */
export interface Evaluation {
  readonly count: number;
  /** Share of right cells. */
  readonly accuracy: number;
  /** Share of puzzles that are right in every cell. */
  readonly exactAccuracy: number;
  readonly qHaltAccuracy: number;
  readonly lmLoss: number;
  readonly qHaltLoss: number;
  /** Share of puzzles that are exactly right after each step. */
  readonly exactAccuracyByStep: readonly number[];
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Steps for every puzzle; default: the model's `maxSteps`. */
  readonly maxSteps?: number;
  readonly signal?: AbortSignal;
}

/** Scores a model on every puzzle of a data set, as the original does: all steps, no early halting. */
export async function evaluate(model: HrmModel, dataset: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  const maxSteps = options.maxSteps ?? model.config.maxSteps;
  const sums = { count: 0, accuracy: 0, exactAccuracy: 0, qHaltAccuracy: 0, steps: 0, lmLoss: 0, qHaltLoss: 0 };
  const exactByStep = new Array<number>(maxSteps).fill(0);
  for (const batch of testBatches(dataset, options.batchSize ?? 32)) {
    let carry = initialCarry(model, batch.size);
    try {
      for (let step = 1; step <= maxSteps; step++) {
        options.signal?.throwIfAborted();
        const result = await stepModel(model, carry, batch, { maxSteps });
        disposeCarry(carry);
        carry = result.carry;
        const scores = scoreRows(result.predictions, batch);
        const everyRow = new Uint8Array(batch.size).fill(1);
        const counted = countRows(scores, everyRow, carry.steps, result.qHaltLogits);
        exactByStep[step - 1] = (exactByStep[step - 1] as number) + counted.exactAccuracy;
        if (step === maxSteps) {
          for (const [name, value] of Object.entries(counted)) sums[name as keyof typeof counted] += value;
          const [lm, qHalt] = await lossOf(model, result.logits, result.qHaltLogits, carry.data);
          sums.lmLoss += lm;
          sums.qHaltLoss += qHalt;
        }
        result.logits.dispose();
      }
    } finally {
      disposeCarry(carry);
    }
  }
  const mean = (sum: number): number => sum / Math.max(1, sums.count);
  return {
    count: sums.count,
    accuracy: mean(sums.accuracy),
    exactAccuracy: mean(sums.exactAccuracy),
    qHaltAccuracy: mean(sums.qHaltAccuracy),
    lmLoss: mean(sums.lmLoss),
    qHaltLoss: mean(sums.qHaltLoss),
    exactAccuracyByStep: exactByStep.map(mean),
  };
}

async function lossOf(
  model: HrmModel,
  logits: tf.Tensor3D,
  qHaltLogits: Float32Array,
  data: Parameters<typeof actLoss>[2],
): Promise<[lm: number, qHalt: number]> {
  const parts = tf.tidy(() => {
    const q = tf.stack([tf.tensor1d(qHaltLogits), tf.zeros([qHaltLogits.length])], 1) as tf.Tensor2D;
    const { lm, qHalt } = actLoss(model.config, { logits, q }, data);
    return tf.stack([lm, qHalt]);
  });
  const [lm, qHalt] = await parts.data();
  parts.dispose();
  return [lm as number, qHalt as number];
}
