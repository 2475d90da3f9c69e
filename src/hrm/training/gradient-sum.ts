import { tf } from '../backend/tensorflow.ts';
import type { Gradients } from './gradients.ts';

/**
 * Adds the gradients of the next part of a batch to those of the parts before it. Takes both over: they are disposed, so
 * that no more than two are ever held.
 */
export function addGradients(sum: Gradients | undefined, part: Gradients): Gradients {
  if (!sum) return part;
  const tensors = new Map<string, tf.Tensor>();
  for (const [name, tensor] of sum.tensors)
    tensors.set(name, replaced([tensor, part.tensors.get(name) as tf.Tensor], tf.addN));
  const rows = [sum.puzzleRows, part.puzzleRows].filter((found) => found !== undefined);
  const puzzleRows = rows.length > 0 ? (replaced(rows, (both) => tf.concat(both, 0)) as tf.Tensor2D) : undefined;
  return gradientsOf(tensors, puzzleRows, Int32Array.of(...sum.puzzleIdentifiers, ...part.puzzleIdentifiers));
}

/** Divides the sum of equally large parts by their number, which gives the gradient of the whole batch. Takes it over. */
export function averageGradients(sum: Gradients, parts: number): Gradients {
  if (parts === 1) return sum;
  const mean = (tensor: tf.Tensor): tf.Tensor => replaced([tensor], ([only]) => tf.div(only as tf.Tensor, parts));
  const tensors = new Map([...sum.tensors].map(([name, tensor]) => [name, mean(tensor)]));
  return gradientsOf(tensors, sum.puzzleRows && (mean(sum.puzzleRows) as tf.Tensor2D), sum.puzzleIdentifiers);
}

function gradientsOf(
  tensors: ReadonlyMap<string, tf.Tensor>,
  puzzleRows: tf.Tensor2D | undefined,
  puzzleIdentifiers: Int32Array,
): Gradients {
  return {
    tensors,
    ...(puzzleRows && { puzzleRows }),
    puzzleIdentifiers,
    [Symbol.dispose]: () => tf.dispose([...tensors.values(), ...(puzzleRows ? [puzzleRows] : [])]),
  };
}

/** What is made of tensors that are not needed any more. */
function replaced(tensors: tf.Tensor[], make: (tensors: tf.Tensor[]) => tf.Tensor): tf.Tensor {
  const made = tf.tidy(() => make(tensors));
  tf.dispose(tensors);
  return made;
}

/** √Σx² over all tensors. */
export async function normOf(tensors: Iterable<tf.Tensor>): Promise<number> {
  const squares = tf.tidy(() => tf.addN([...tensors].map((tensor) => tf.sum(tf.square(tensor)))));
  const [sum] = await squares.data();
  squares.dispose();
  return Math.sqrt(sum as number);
}
