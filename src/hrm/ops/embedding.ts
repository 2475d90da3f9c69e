import { tf } from '../backend/tensorflow.ts';
import { oneHot } from './one-hot.ts';

/** Rows of a table [V, D] by token [N]. The gradient is a one-hot product: wasm has no UnsortedSegmentSum. */
export function embedding(table: tf.Tensor2D, tokens: tf.Tensor1D): tf.Tensor2D {
  const [values] = table.shape;
  const lookup = tf.customGrad((rows, save) => {
    (save as tf.GradSaveFunc)([tokens]);
    return {
      value: tf.gather(rows as tf.Tensor2D, tokens), // [N, D]
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [ids] = saved as [tf.Tensor1D];
        return tf.matMul(tf.transpose(oneHot(ids, values)), dy as tf.Tensor2D); // [V, D]
      },
    };
  });
  return lookup(table) as tf.Tensor2D;
}
