import { tf } from '../backend/tensorflow.ts';

/** Rounds each token's vector to 255 levels of its own largest magnitude, as 8-bit arithmetic does. Without gradient. */
export function roundActivations(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const step = tf.maximum(tf.div(tf.max(tf.abs(x), -1, true), 127), 1e-12); // [..., 1]
    return tf.mul(tf.round(tf.div(x, step)), step);
  });
}
