import { tf } from '../backend/tensorflow.ts';
import { type ActivationHook, timesTransposed, transposedTimes } from './linear.ts';
import { withGradient } from './with-gradient.ts';

/** Weights of one gated feed-forward layer, [in, out]. */
export interface SwigluWeights {
  /** First half of the columns: gate; second half: up. [D, 2F] */
  readonly gateUp: tf.Tensor2D;
  /** [F, D] */
  readonly down: tf.Tensor2D;
}

/**
 * W_down·(silu(gate) ∘ up) with silu(x) = x·σ(x). Its gradient is written by hand, so that it keeps few tensors; it passes the
 * hook as if that changed nothing.
 */
export function swiglu(
  x: tf.Tensor,
  weights: SwigluWeights,
  onActivation: ActivationHook = (value) => value,
): tf.Tensor {
  const [inputs, columns] = weights.gateUp.shape;
  const half = columns / 2;
  return withGradient([x, weights.gateUp, weights.down], (input, gateUp, down) => {
    const rows = onActivation(tf.reshape(input, [-1, inputs])) as tf.Tensor2D; // [N, D]
    const both = tf.matMul(rows, gateUp); // [N, 2F]
    const gate = tf.slice(both, [0, 0], [-1, half]);
    const up = tf.slice(both, [0, half], [-1, half]);
    const hidden = onActivation(tf.mul(tf.mul(gate, tf.sigmoid(gate)), up)) as tf.Tensor2D; // [N, F]
    return { value: tf.reshape(tf.matMul(hidden, down), x.shape), save: [rows, gateUp, down, gate, up], slopes };
  });

  function slopes(
    dy: tf.Tensor,
    rows: tf.Tensor2D,
    gateUp: tf.Tensor2D,
    down: tf.Tensor2D,
    gate: tf.Tensor2D,
    up: tf.Tensor2D,
  ): tf.Tensor[] {
    const slope = tf.reshape(dy, [-1, inputs]) as tf.Tensor2D; // [N, D]
    const sigma = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigma);
    const hidden = onActivation(tf.mul(silu, up)) as tf.Tensor2D; // [N, F]
    const dHidden = timesTransposed(slope, down);
    // silu′(x) = σ(x)·(1 + x·(1 − σ(x))) = σ(x) + silu(x)·(1 − σ(x))
    const dGate = tf.mul(tf.mul(dHidden, up), tf.add(sigma, tf.mul(silu, tf.sub(1, sigma))));
    const dBoth = tf.concat([dGate, tf.mul(dHidden, silu)], 1) as tf.Tensor2D; // [N, 2F]
    const dx = tf.reshape(timesTransposed(dBoth, gateUp), dy.shape);
    return [dx, transposedTimes(rows, dBoth), transposedTimes(hidden, slope)];
  }
}
