import { tf } from '../backend/tensorflow.ts';
import { oneHot } from './one-hot.ts';
import { withGradient } from './with-gradient.ts';

/** Rows of a table [V, D] by token [N]. The gradient is a one-hot product: wasm has no UnsortedSegmentSum. */
export function embedding(table: tf.Tensor2D, tokens: tf.Tensor1D): tf.Tensor2D {
  const [values] = table.shape;
  return withGradient([table], (rows) => ({
    value: tf.gather(rows, tokens), // [N, D]
    save: [tokens],
    slopes: (dy: tf.Tensor, ids: tf.Tensor1D) => tf.matMul(tf.transpose(oneHot(ids, values)), dy as tf.Tensor2D), // [V, D]
  })) as tf.Tensor2D;
}
