import { tf } from '../backend/tensorflow.ts';
import { withGradient } from './with-gradient.ts';

/** Changes what a linear layer reads. */
export type ActivationHook = (x: tf.Tensor) => tf.Tensor;

/** x·W + b for any leading shape; W is stored [in, out], so that the forward pass transposes nothing. */
export function linear(x: tf.Tensor, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const [inputs, outputs] = weight.shape;
  const leading = x.shape.slice(0, -1);
  const rows = tf.reshape(x, [-1, inputs]) as tf.Tensor2D; // [N, in]
  const product = multiply(rows, weight); // [N, out]
  return tf.reshape(bias ? tf.add(product, bias) : product, [...leading, outputs]);
}

/** Matrix product whose gradient transposes explicitly where the backend's transposing kernel is the slow one (wasm). */
function multiply(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return withGradient([a, b], (x, w) => ({
    value: tf.matMul(x, w),
    save: [x, w],
    slopes: (dy: tf.Tensor, savedX: tf.Tensor2D, savedW: tf.Tensor2D) => [
      timesTransposed(dy as tf.Tensor2D, savedW),
      transposedTimes(savedX, dy as tf.Tensor2D),
    ],
  })) as tf.Tensor2D;
}

/** a·bᵀ */
export function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.getBackend() === 'wasm' ? tf.matMul(a, tf.transpose(b)) : tf.matMul(a, b, false, true);
}

/** aᵀ·b */
export function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.getBackend() === 'wasm' ? tf.matMul(tf.transpose(a), b) : tf.matMul(a, b, true, false);
}
