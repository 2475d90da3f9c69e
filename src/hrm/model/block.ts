import { tf } from '../backend/tensorflow.ts';
import { type AttentionWeights, attention } from '../ops/attention.ts';
import type { ActivationHook } from '../ops/linear.ts';
import { rmsNorm } from '../ops/rms-norm.ts';
import type { RotaryTable } from '../ops/rotary.ts';
import { type SwigluWeights, swiglu } from '../ops/swiglu.ts';

/** Weights of one transformer block. */
export type BlockWeights = AttentionWeights & SwigluWeights;

/** What every block needs besides its weights. */
export interface BlockSettings {
  readonly headCount: number;
  readonly normEpsilon: number;
  readonly rotary?: RotaryTable;
  /** Applied to what every linear layer of the blocks reads; quantised models round it. */
  readonly onActivation?: ActivationHook;
}

/** Post-norm block: x ← rms(x + attention(x)); x ← rms(x + swiglu(x)). */
export function block(x: tf.Tensor3D, weights: BlockWeights, settings: BlockSettings): tf.Tensor3D {
  return tf.tidy(() => {
    const { headCount, normEpsilon, rotary, onActivation } = settings;
    const attended = rmsNorm(
      tf.add(x, attention(x, weights, headCount, rotary, onActivation)),
      normEpsilon,
    ) as tf.Tensor3D;
    return rmsNorm(tf.add(attended, swiglu(attended, weights, onActivation)), normEpsilon) as tf.Tensor3D; // [B, T, D]
  });
}

/** A reasoning module: the state takes in what is injected and passes its blocks in order. */
export function reason(
  state: tf.Tensor3D,
  injection: tf.Tensor,
  blocks: readonly BlockWeights[],
  settings: BlockSettings,
): tf.Tensor3D {
  return tf.tidy(() => {
    let x = tf.add(state, injection) as tf.Tensor3D; // [B, T, D]
    for (const weights of blocks) x = block(x, weights, settings);
    return x;
  });
}
