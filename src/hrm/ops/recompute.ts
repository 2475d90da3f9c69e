import { tf } from '../backend/tensorflow.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Computes a tensor of others and keeps nothing but those for the gradient, which computes it once more: less memory for
 * more time (gradient checkpointing, arXiv 1604.06174). Value and gradient are those of `compute` itself.
 */
export function recompute(
  inputs: readonly tf.Tensor[],
  compute: (...inputs: readonly tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  return withGradient(inputs, (...tensors) => ({
    value: compute(...tensors),
    save: tensors,
    slopes: (dy: tf.Tensor, ...saved: tf.Tensor[]) => gradients(() => compute(...saved), saved, dy),
  }));
}

/** Gradients inside a backward pass, whose own tape stays as it is. */
function gradients(compute: () => tf.Tensor, leaves: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.engine().gradients(compute, leaves, dy).grads;
  } finally {
    state.activeTape = activeTape;
  }
}
