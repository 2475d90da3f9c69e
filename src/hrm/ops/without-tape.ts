import { tf } from '../backend/tensorflow.ts';
import { withGradient } from './with-gradient.ts';

/** Computes a tensor that counts as a constant for the gradient (TensorFlow.js has no stop-gradient). */
export function withoutTape<Result extends tf.Tensor>(compute: () => Result): Result {
  return withGradient([tf.scalar(0)], (anchor) => ({
    value: compute(),
    save: [anchor],
    slopes: (_dy: tf.Tensor, saved: tf.Tensor) => tf.zerosLike(saved),
  })) as Result;
}
