import { tf } from '../backend/tensorflow.ts';
import { withGradient } from './with-gradient.ts';

/** x / √(mean(x²) + ε) over the last axis; no scale, no shift. */
export function rmsNorm(x: tf.Tensor, epsilon: number): tf.Tensor {
  return withGradient([x], (value) => {
    const factor = tf.rsqrt(tf.add(tf.mean(tf.square(value), -1, true), epsilon)); // [..., 1]
    const y = tf.mul(value, factor);
    return { value: y, save: [y, factor], slopes };
  });
}

/** dx = factor · (dy − y · mean(dy·y)) */
function slopes(dy: tf.Tensor, y: tf.Tensor, factor: tf.Tensor): tf.Tensor {
  const along = tf.mean(tf.mul(dy, y), -1, true); // [..., 1]
  return tf.mul(tf.sub(dy, tf.mul(y, along)), factor);
}
