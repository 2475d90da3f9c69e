import { tf } from '../backend/tensorflow.ts';
import { type AttentionWeights, attention } from '../ops/attention.ts';
import type { ActivationHook } from '../ops/linear.ts';
import { recompute } from '../ops/recompute.ts';
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
  /** Keep only the inputs of each block for the gradient, which computes the block again. Default false. */
  readonly recompute?: boolean;
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
    for (const weights of blocks) {
      x = settings.recompute ? recomputedBlock(x, weights, settings) : block(x, weights, settings);
    }
    return x;
  });
}

function recomputedBlock(x: tf.Tensor3D, weights: BlockWeights, settings: BlockSettings): tf.Tensor3D {
  const { qkv, output, gateUp, down } = weights;
  return recompute([x, qkv, output, gateUp, down], (input, ...given) => {
    const [qkv, output, gateUp, down] = given as tf.Tensor2D[];
    return block(input as tf.Tensor3D, { qkv, output, gateUp, down } as BlockWeights, settings);
  }) as tf.Tensor3D;
}
