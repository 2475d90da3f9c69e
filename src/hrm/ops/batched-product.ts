import { tf } from '../backend/tensorflow.ts';
import { multiplyStacks } from '../backend/wasm-kernels.ts';

/** Operations of one product above which wasm is faster with one call for each than with its scalar batch kernel. */
const WORTH_A_CALL = 100_000;

/** a·b for stacks of matrices [N, I, K] and [N, K, J] → [N, I, J]. Not differentiable: its users write their gradients. */
export function multiplyAll(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const [, rows, inner] = a.shape;
  const isWorthCalls = 2 * rows * inner * b.shape[2] >= WORTH_A_CALL;
  return tf.getBackend() === 'wasm' && isWorthCalls ? multiplyStacks(a, b) : tf.matMul(a, b);
}

/** Exchanges rows and columns of each matrix. */
export function swap(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}
