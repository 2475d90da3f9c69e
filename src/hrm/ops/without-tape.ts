import { tf } from '../backend/tensorflow.ts';

/** Computes a tensor that counts as a constant for the gradient (TensorFlow.js has no stop-gradient). */
export function withoutTape<Result extends tf.Tensor>(compute: () => Result): Result {
  const constant = tf.customGrad((anchor) => ({
    value: compute(),
    gradFunc: () => tf.zerosLike(anchor as tf.Tensor),
  }));
  return constant(tf.scalar(0)) as Result;
}
