import { tf } from '../backend/tensorflow.ts';
import { type HrmConfig, prefixLength, totalLength } from '../config.ts';
import { embedding } from '../ops/embedding.ts';
import type { ModelWeights } from './weights.ts';

/** Averages token and position embedding so that their sum keeps its deviation. */
const HALF_ROOT = Math.SQRT1_2;

/**
 * What both modules read: puzzle prefix and tokens, scaled by √D. [B, T, D]
 * `puzzleRows` [B, puzzleEmbeddingSize] is present exactly when the model has a puzzle table.
 */
export function embedInput(
  config: HrmConfig,
  weights: Pick<ModelWeights, 'tokens' | 'positions'>,
  tokens: tf.Tensor1D, // [B·S]
  puzzleRows?: tf.Tensor2D,
): tf.Tensor3D {
  const { hiddenSize, sequenceLength, puzzleEmbeddingSize } = config;
  const batch = tokens.shape[0] / sequenceLength;
  let embedded = tf.reshape(embedding(weights.tokens, tokens), [batch, sequenceLength, hiddenSize]) as tf.Tensor3D;
  if (puzzleRows) {
    const prefix = prefixLength(config);
    const padding = prefix * hiddenSize - puzzleEmbeddingSize;
    const padded =
      padding > 0
        ? tf.pad(puzzleRows, [
            [0, 0],
            [0, padding],
          ])
        : puzzleRows; // [B, P·D]
    embedded = tf.concat([tf.reshape(padded, [batch, prefix, hiddenSize]), embedded], 1) as tf.Tensor3D; // [B, T, D]
  }
  if (weights.positions) {
    const positions = tf.reshape(weights.positions, [1, totalLength(config), hiddenSize]);
    embedded = tf.mul(tf.add(embedded, positions), HALF_ROOT);
  }
  return tf.mul(embedded, Math.sqrt(hiddenSize));
}
