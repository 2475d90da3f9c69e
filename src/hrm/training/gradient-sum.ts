import { tf } from '../backend/tensorflow.ts';
import type { Gradients } from './gradients.ts';

/**
 * Mean of the gradients of equally large parts of a batch, which is the gradient of the whole. Takes the parts over: they are
 * disposed.
 */
export function averageGradients(parts: readonly Gradients[]): Gradients {
  const [first] = parts as [Gradients];
  if (parts.length === 1) return first;
  const tensors = new Map<string, tf.Tensor>();
  for (const name of first.tensors.keys()) {
    const mean = tf.tidy(() => tf.div(tf.addN(parts.map((part) => part.tensors.get(name) as tf.Tensor)), parts.length));
    tensors.set(name, mean);
    tf.dispose(parts.map((part) => part.tensors.get(name) as tf.Tensor));
  }
  const rows = parts.flatMap(({ puzzleRows }) => (puzzleRows ? [puzzleRows] : []));
  const puzzleRows =
    rows.length > 0 ? tf.tidy(() => tf.div(tf.concat(rows, 0), parts.length) as tf.Tensor2D) : undefined;
  tf.dispose(rows);
  return {
    tensors,
    ...(puzzleRows && { puzzleRows }),
    puzzleIdentifiers: Int32Array.from(parts.flatMap(({ puzzleIdentifiers }) => [...puzzleIdentifiers])),
    [Symbol.dispose]: () => tf.dispose([...tensors.values(), ...(puzzleRows ? [puzzleRows] : [])]),
  };
}

/** √Σx² over all tensors. */
export async function normOf(tensors: Iterable<tf.Tensor>): Promise<number> {
  const squares = tf.tidy(() => tf.addN([...tensors].map((tensor) => tf.sum(tf.square(tensor)))));
  const [sum] = await squares.data();
  squares.dispose();
  return Math.sqrt(sum as number);
}
