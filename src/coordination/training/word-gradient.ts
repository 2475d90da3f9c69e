import { tf } from '../../hrm/backend/tensorflow.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';

/**
 * Gradient of the tables of words [V, D] and positions [S, D] from that of what the core read. Rows are summed in ordinary
 * memory: a product with one-hot rows costs more than the rest of the step.
 */
export async function wordGradient(
  model: CoordinationModel,
  batches: readonly { readonly tokens: Int32Array; readonly slope: tf.Tensor }[],
): Promise<{ readonly words: tf.Tensor; readonly positions?: tf.Tensor }> {
  const { vocabularySize: V, hiddenSize: D, sequenceLength: S, positions } = model.config.core;
  // embedInput scales words by √D, and by √½ when positions are added.
  const scale = Math.sqrt(D) * (positions === 'learned' ? Math.SQRT1_2 : 1);
  const words = new Float32Array(V * D);
  const places = new Float32Array(S * D);
  for (const { tokens, slope } of batches) {
    const values = await slope.data<'float32'>();
    tokens.forEach((token, index) => {
      const [from, word, place] = [index * D, token * D, (index % S) * D];
      for (let column = 0; column < D; column++) {
        const value = scale * (values[from + column] as number);
        words[word + column] = (words[word + column] as number) + value;
        places[place + column] = (places[place + column] as number) + value;
      }
    });
  }
  return {
    words: tf.tensor2d(words, [V, D]),
    ...(positions === 'learned' && { positions: tf.tensor2d(places, [S, D]) }),
  };
}
