import { tf } from '../backend/tensorflow.ts';

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
  const [count, rows, inner] = a.shape;
  const columns = b.shape[2];
  if (tf.getBackend() !== 'wasm' || 2 * rows * inner * columns < WORTH_A_CALL) return tf.matMul(a, b);
  return tf.tidy(() => {
    const products = Array.from({ length: count }, (_, index) =>
      tf.matMul(tf.slice(a, [index, 0, 0], [1, rows, inner]), tf.slice(b, [index, 0, 0], [1, inner, columns])),
    );
    return tf.concat(products, 0) as tf.Tensor3D;
  });
}
