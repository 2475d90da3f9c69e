import { tf } from '../backend/tensorflow.ts';
import { multiplyStacks } from '../backend/wasm-kernels.ts';

/** Operations of one product above which wasm is faster with one call for each than with its scalar batch kernel. */
const WORTH_A_CALL = 100_000;

/** a·b for stacks of matrices [N, I, K] and [N, K, J] → [N, I, J]. */
export function batchedProduct(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const product = tf.customGrad((left, right, save) => {
    const [x, y] = [left as tf.Tensor3D, right as tf.Tensor3D];
    (save as tf.GradSaveFunc)([x, y]);
    return {
      value: multiplyAll(x, y),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedX, savedY] = saved as [tf.Tensor3D, tf.Tensor3D];
        const slope = dy as tf.Tensor3D;
        return [multiplyAll(slope, swap(savedY)), multiplyAll(swap(savedX), slope)];
      },
    };
  });
  return product(a, b) as tf.Tensor3D;
}

/** Exchanges rows and columns of each matrix. */
export function swap(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}

function multiplyAll(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const [, rows, inner] = a.shape;
  const isWorthCalls = 2 * rows * inner * b.shape[2] >= WORTH_A_CALL;
  return tf.getBackend() === 'wasm' && isWorthCalls ? multiplyStacks(a, b) : tf.matMul(a, b);
}
