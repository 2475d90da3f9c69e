import { tf } from '../backend/tensorflow.ts';

/** Cosines and sines of the rotary angles, each [T, d], and the turn of the pairs as a matrix [d, d]. */
export interface RotaryTable {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
  /** x·turn = (−x₂, x₁) for the halves of x: one product is faster than cutting and joining halves. */
  readonly turn: tf.Tensor2D;
}

/** Cosines and sines of the angles p·θ^(−2j/d) for p < T and j < d/2, laid out twice side by side: [T, d] each. */
export function rotaryAngles(
  length: number,
  headSize: number,
  theta: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headSize / 2;
  const cos = new Float32Array(length * headSize);
  const sin = new Float32Array(length * headSize);
  for (let column = 0; column < headSize; column++) {
    const frequency = Math.fround(1 / Math.fround(theta ** Math.fround((2 * (column % half)) / headSize)));
    for (let position = 0; position < length; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * headSize + column] = Math.cos(angle);
      sin[position * headSize + column] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The table of a model, on the backend. */
export function rotaryTable(length: number, headSize: number, theta: number): RotaryTable {
  const { cos, sin } = rotaryAngles(length, headSize, theta);
  const half = headSize / 2;
  const turn = new Float32Array(headSize * headSize);
  for (let column = 0; column < headSize; column++) {
    turn[((column + half) % headSize) * headSize + column] = column < half ? -1 : 1;
  }
  return {
    cos: tf.tensor2d(cos, [length, headSize]),
    sin: tf.tensor2d(sin, [length, headSize]),
    turn: tf.tensor2d(turn, [headSize, headSize]),
  };
}

/** Turns the pairs (j, j + d/2) of every head by its position: x [..., T, d]. Not differentiable: see {@link rotateBack}. */
export function rotate(x: tf.Tensor, table: RotaryTable): tf.Tensor {
  return tf.add(tf.mul(x, table.cos), tf.mul(turnPairs(x, table), table.sin));
}

/** Turns the pairs the other way, which is the gradient of {@link rotate}. */
export function rotateBack(x: tf.Tensor, table: RotaryTable): tf.Tensor {
  return tf.sub(tf.mul(x, table.cos), tf.mul(turnPairs(x, table), table.sin));
}

function turnPairs(x: tf.Tensor, { turn }: RotaryTable): tf.Tensor {
  return tf.reshape(tf.matMul(tf.reshape(x, [-1, turn.shape[0]]), turn), x.shape);
}
