import { invalidArgument } from '../../core/errors.ts';
import { tf } from '../backend/tensorflow.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { type Batch, checkBatch } from './batch.ts';
import { type Carry, refill } from './carry.ts';
import { forward } from './forward.ts';

/** What one step of the model gives. The carry and the logits are the caller's to dispose. */
export interface StepResult {
  readonly carry: Carry;
  /** [B, S, V] */
  readonly logits: tf.Tensor3D;
  /** Likeliest token of each position, [B·S]; the lowest of equals. */
  readonly predictions: Int32Array;
  /** [B] */
  readonly qHaltLogits: Float32Array;
  /** [B] */
  readonly qContinueLogits: Float32Array;
}

/**
 * One step in evaluation: halted rows take the incoming puzzles, every row thinks once, and rows that have taken
 * `maxSteps` (default: the model's) halt. The given carry stays valid and the caller's to dispose.
 * Throws `INVALID_ARGUMENT` for a batch that does not fit.
 */
export async function stepModel(
  model: HrmModel,
  carry: Carry,
  batch: Batch,
  options: { readonly maxSteps?: number } = {},
): Promise<StepResult> {
  checkStep(model, carry, batch);
  const filled = refill(model, carry, batch);
  const { state, heads } = forward(model, filled.state, filled.data);
  tf.dispose([filled.state.high, filled.state.low]);
  const steps = filled.steps.map((taken) => taken + 1);
  const limit = options.maxSteps ?? model.config.maxSteps;
  const halted = Uint8Array.from(steps, (taken) => (taken >= limit ? 1 : 0));
  const q = splitQ(await heads.q.data<'float32'>());
  heads.q.dispose();
  return {
    carry: { state, steps, halted, data: filled.data },
    logits: heads.logits,
    predictions: await argMax(heads.logits),
    ...q,
  };
}

/** Checks what every kind of step takes. */
export function checkStep(model: HrmModel, carry: Carry, batch: Batch): void {
  checkBatch(model.config, batch);
  if (carry.steps.length !== batch.size) {
    throw invalidArgument('batch.size', `${carry.steps.length}, as the carry`, batch.size);
  }
}

/** Separates the two columns of [B, 2]. */
export function splitQ(q: Float32Array): Pick<StepResult, 'qHaltLogits' | 'qContinueLogits'> {
  return {
    qHaltLogits: q.filter((_, index) => index % 2 === 0),
    qContinueLogits: q.filter((_, index) => index % 2 === 1),
  };
}

/** Likeliest token of each position, flat. */
export async function argMax(logits: tf.Tensor3D): Promise<Int32Array> {
  const likeliest = tf.argMax(logits, -1);
  const tokens = Int32Array.from(await likeliest.data());
  likeliest.dispose();
  return tokens;
}
