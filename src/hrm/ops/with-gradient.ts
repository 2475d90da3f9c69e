import { tf } from '../backend/tensorflow.ts';

/** What an operation with a gradient of its own computes. */
export interface Differentiable {
  readonly value: tf.Tensor;
  /** Every tensor that `slopes` reads, given to it in this order. */
  readonly save: readonly tf.Tensor[];
  /** The slope of each input, in order, for the slope of the value; what it makes on the way is freed at once. */
  readonly slopes: (dy: tf.Tensor, ...saved: readonly never[]) => tf.Tensor | tf.Tensor[];
}

/** An operation of these inputs whose gradient is written by hand: it keeps what it saves and nothing else. */
export function withGradient<Inputs extends readonly tf.Tensor[]>(
  inputs: Inputs,
  compute: (...inputs: Inputs) => Differentiable,
): tf.Tensor {
  const operation = tf.customGrad((...given) => {
    const keep = given.pop() as tf.GradSaveFunc;
    const { value, save, slopes } = compute(...(given as unknown as Inputs));
    keep([...save]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.tidy(() => slopes(dy, ...(saved as never[]))),
    };
  });
  return operation(...inputs);
}
