import { tf } from '../backend/tensorflow.ts';

/** 1 at each token's column, 0 elsewhere, as float32: [N] → [N, V]. Cast afterwards, for wasm writes integer bits into floats. */
export function oneHot(tokens: tf.Tensor1D, values: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tokens, values), 'float32') as tf.Tensor2D;
}
