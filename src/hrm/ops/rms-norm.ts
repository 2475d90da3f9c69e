import { tf } from '../backend/tensorflow.ts';

/** x / √(mean(x²) + ε) over the last axis; no scale, no shift. */
export function rmsNorm(x: tf.Tensor, epsilon: number): tf.Tensor {
  const norm = tf.customGrad((input, save) => {
    const value = input as tf.Tensor;
    const factor = tf.rsqrt(tf.add(tf.mean(tf.square(value), -1, true), epsilon)); // [..., 1]
    const y = tf.mul(value, factor);
    (save as tf.GradSaveFunc)([y, factor]);
    return {
      value: y,
      // dx = factor · (dy − y · mean(dy·y))
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedY, savedFactor] = saved as [tf.Tensor, tf.Tensor];
        const along = tf.mean(tf.mul(dy, savedY), -1, true); // [..., 1]
        return tf.mul(tf.sub(dy, tf.mul(savedY, along)), savedFactor);
      },
    };
  });
  return norm(x);
}
