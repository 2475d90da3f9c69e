import { tf } from '../backend/tensorflow.ts';
import { batchedProduct, swap } from './batched-product.ts';
import { type ActivationHook, linear } from './linear.ts';
import { type RotaryTable, rotate } from './rotary.ts';

/** Weights of one attention layer, [in, out]. */
export interface AttentionWeights {
  /** Columns: all query heads, all key heads, all value heads. [D, 3D] */
  readonly qkv: tf.Tensor2D;
  /** [D, D] */
  readonly output: tf.Tensor2D;
}

/** Self-attention of every token to every token (no mask); queries and keys are rotated when a table is given. */
export function attention(
  x: tf.Tensor3D,
  weights: AttentionWeights,
  headCount: number,
  rotary: RotaryTable | undefined,
  onActivation: ActivationHook = (value) => value,
): tf.Tensor3D {
  const [batch, length, hidden] = x.shape;
  const headSize = hidden / headCount;
  const count = batch * headCount;
  const projected = tf.reshape(linear(onActivation(x), weights.qkv), [batch * length, 3, hidden]);
  const parts = tf.transpose(projected, [1, 0, 2]) as tf.Tensor3D; // [3, B·T, D]
  const queriesAndKeys = splitHeads(tf.slice(parts, [0, 0, 0], [2, batch * length, hidden]), length, headCount);
  const values = splitHeads(tf.slice(parts, [2, 0, 0], [1, batch * length, hidden]), length, headCount); // [B·h, T, d]
  const turned = rotary ? (rotate(queriesAndKeys, rotary) as tf.Tensor3D) : queriesAndKeys; // [2·B·h, T, d]
  const queries = tf.slice(turned, [0, 0, 0], [count, length, headSize]);
  const keys = tf.slice(turned, [count, 0, 0], [count, length, headSize]);
  const scores = batchedProduct(tf.mul(queries, 1 / Math.sqrt(headSize)), swap(keys)); // [B·h, T, T]
  const mixed = batchedProduct(tf.softmax(scores) as tf.Tensor3D, values); // [B·h, T, d]
  const joined = tf.transpose(tf.reshape(mixed, [batch, headCount, length, headSize]), [0, 2, 1, 3]); // [B, T, h, d]
  return linear(onActivation(tf.reshape(joined, [batch, length, hidden])), weights.output) as tf.Tensor3D; // [B, T, D]
}

/** [N, B·T, D] → [N·B·h, T, d], so that every matrix of a head lies in one piece. */
function splitHeads(x: tf.Tensor3D, length: number, headCount: number): tf.Tensor3D {
  const hidden = x.shape[2];
  const headSize = hidden / headCount;
  const heads = tf.transpose(tf.reshape(x, [-1, length, headCount, headSize]), [0, 2, 1, 3]); // [N·B, h, T, d]
  return tf.reshape(heads, [-1, length, headSize]) as tf.Tensor3D;
}
