import { tf } from '../backend/tensorflow.ts';
import { type ActivationHook, linear } from './linear.ts';

/** Weights of one gated feed-forward layer, [in, out]. */
export interface SwigluWeights {
  /** First half of the columns: gate; second half: up. [D, 2F] */
  readonly gateUp: tf.Tensor2D;
  /** [F, D] */
  readonly down: tf.Tensor2D;
}

/** W_down·(silu(gate) ∘ up). */
export function swiglu(
  x: tf.Tensor,
  weights: SwigluWeights,
  onActivation: ActivationHook = (value) => value,
): tf.Tensor {
  const [inputs, columns] = weights.gateUp.shape;
  const leading = x.shape.slice(0, -1);
  const half = columns / 2;
  const both = linear(onActivation(tf.reshape(x, [-1, inputs])), weights.gateUp) as tf.Tensor2D; // [N, 2F]
  const gate = tf.slice(both, [0, 0], [-1, half]);
  const up = tf.slice(both, [0, half], [-1, half]);
  const gated = gatedProduct(gate, up); // [N, F]
  return tf.reshape(linear(onActivation(gated), weights.down), [...leading, inputs]);
}

/** silu(gate) ∘ up with silu(x) = x·σ(x). */
function gatedProduct(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  const product = tf.customGrad((first, second, save) => {
    const [g, u] = [first as tf.Tensor, second as tf.Tensor];
    (save as tf.GradSaveFunc)([g, u]);
    return {
      value: tf.mul(tf.mul(g, tf.sigmoid(g)), u),
      // silu′(x) = σ(x)·(1 + x·(1 − σ(x)))
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedGate, savedUp] = saved as [tf.Tensor, tf.Tensor];
        const sigma = tf.sigmoid(savedGate);
        const silu = tf.mul(savedGate, sigma);
        const slope = tf.add(sigma, tf.mul(silu, tf.sub(1, sigma)));
        return [tf.mul(tf.mul(dy, savedUp), slope), tf.mul(dy, silu)];
      },
    };
  });
  return product(gate, up);
}
