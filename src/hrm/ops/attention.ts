import { tf } from '../backend/tensorflow.ts';
import { multiplyAll, swap } from './batched-product.ts';
import { type ActivationHook, timesTransposed, transposedTimes } from './linear.ts';
import { type RotaryTable, rotate, rotateBack } from './rotary.ts';
import { withGradient } from './with-gradient.ts';

/** Weights of one attention layer, [in, out]. */
export interface AttentionWeights {
  /** Columns: all query heads, all key heads, all value heads. [D, 3D] */
  readonly qkv: tf.Tensor2D;
  /** [D, D] */
  readonly output: tf.Tensor2D;
}

/**
 * Self-attention of every token to every token (no mask); queries and keys are rotated when a table is given. Its gradient is
 * written by hand, so that it keeps few tensors; it passes the hook as if that changed nothing.
 */
export function attention(
  x: tf.Tensor3D,
  weights: AttentionWeights,
  headCount: number,
  rotary: RotaryTable | undefined,
  onActivation: ActivationHook = (value) => value,
): tf.Tensor3D {
  const [batch, length, hidden] = x.shape;
  const heads: Heads = { batch, length, count: headCount, size: hidden / headCount };
  const scale = 1 / Math.sqrt(heads.size);
  return withGradient([x, weights.qkv, weights.output], (input, qkv, output) => {
    const rows = onActivation(tf.reshape(input, [-1, hidden])) as tf.Tensor2D; // [B·T, D]
    const projected = splitHeads(tf.matMul(rows, qkv), heads, 3); // [B, 3h, T, d]
    const [turned, values] = cut(projected, heads, 2, 1); // [B, 2h, T, d], [B·h, T, d]
    const [queries, keys] = cut(rotary ? rotate(turned, rotary) : turned, heads, 1, 1); // [B·h, T, d] each
    const scores = multiplyAll(tf.mul(queries, scale), swap(keys)); // [B·h, T, T]
    const shares = tf.softmax(scores);
    const mixed = onActivation(joinHeads(multiplyAll(shares, values), heads, 1)) as tf.Tensor2D; // [B·T, D]
    return {
      value: tf.reshape(tf.matMul(mixed, output), x.shape),
      save: [rows, qkv, output, queries, keys, values, shares, mixed],
      slopes,
    };
  }) as tf.Tensor3D;

  function slopes(
    dy: tf.Tensor,
    rows: tf.Tensor2D,
    qkv: tf.Tensor2D,
    output: tf.Tensor2D,
    queries: tf.Tensor3D,
    keys: tf.Tensor3D,
    values: tf.Tensor3D,
    shares: tf.Tensor3D,
    mixed: tf.Tensor2D,
  ): tf.Tensor[] {
    const slope = tf.reshape(dy, [-1, hidden]) as tf.Tensor2D; // [B·T, D]
    const dMixed = splitHeads(timesTransposed(slope, output), heads, 1); // [B, h, T, d]
    const dHeads = tf.reshape(dMixed, values.shape) as tf.Tensor3D; // [B·h, T, d]
    const dValues = multiplyAll(swap(shares), dHeads);
    const weighted = tf.mul(multiplyAll(dHeads, swap(values)), shares); // [B·h, T, T]
    const dScores = tf.mul(tf.sub(weighted, tf.mul(shares, tf.sum(weighted, -1, true))), scale) as tf.Tensor3D;
    const dTurned = stack([multiplyAll(dScores, keys), multiplyAll(swap(dScores), queries)], heads); // [B, 2h, T, d]
    const dHeadsOfAll = stack([rotary ? rotateBack(dTurned, rotary) : dTurned, dValues], heads); // [B, 3h, T, d]
    const dProjected = joinHeads(dHeadsOfAll, heads, 3); // [B·T, 3D]
    const dx = tf.reshape(timesTransposed(dProjected, qkv), dy.shape);
    return [dx, transposedTimes(rows, dProjected), transposedTimes(mixed, slope)];
  }
}

/** Sizes of a stack of heads. */
interface Heads {
  readonly batch: number;
  readonly length: number;
  readonly count: number;
  readonly size: number;
}

/** [B·T, n·D] → [B, n·h, T, d], so that every matrix of a head lies in one piece. */
function splitHeads(rows: tf.Tensor, { batch, length, count, size }: Heads, parts: number): tf.Tensor4D {
  return tf.transpose(tf.reshape(rows, [batch, length, parts * count, size]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** Any stack of n·B·h heads → [B·T, n·D]. */
function joinHeads(stacked: tf.Tensor, { batch, length, count, size }: Heads, parts: number): tf.Tensor2D {
  const heads = tf.transpose(tf.reshape(stacked, [batch, parts * count, length, size]), [0, 2, 1, 3]);
  return tf.reshape(heads, [batch * length, parts * count * size]) as tf.Tensor2D;
}

/** Cuts [B, (n+m)·h, T, d] after n·h heads; a part of h heads is given as [B·h, T, d]. */
function cut(stacked: tf.Tensor, heads: Heads, ...parts: [number, number]): [tf.Tensor3D, tf.Tensor3D] {
  const { batch, length, count, size } = heads;
  let start = 0;
  return parts.map((part) => {
    const taken = tf.slice(stacked, [0, start, 0, 0], [batch, part * count, length, size]);
    start += part * count;
    return part === 1 ? tf.reshape(taken, [batch * count, length, size]) : taken;
  }) as [tf.Tensor3D, tf.Tensor3D];
}

/** Stacks of heads → [B, n·h, T, d], one after another. */
function stack(parts: readonly tf.Tensor[], { batch, length, size }: Heads): tf.Tensor4D {
  return tf.concat(
    parts.map((part) => tf.reshape(part, [batch, -1, length, size])),
    1,
  ) as tf.Tensor4D;
}
