import { tf } from '../backend/tensorflow.ts';
import { type HrmConfig, prefixLength } from '../config.ts';
import { linear } from '../ops/linear.ts';
import { type BlockSettings, reason } from './block.ts';
import type { ModelWeights } from './weights.ts';

/** The two states of the recursion. */
export interface ReasoningState {
  readonly high: tf.Tensor3D; // [B, T, D]
  readonly low: tf.Tensor3D; // [B, T, D]
}

/** Both heads' view of a state. */
export interface Heads {
  readonly logits: tf.Tensor3D; // [B, S, V]
  readonly q: tf.Tensor2D; // [B, 2]: halt, continue
}

/**
 * All updates of one step except the last `gradientDepth` of L and the last of H, which carry the gradient
 * ({@link finishStep}). Runs outside the tape: its result counts as a constant.
 */
export function beginStep(
  config: HrmConfig,
  weights: ModelWeights,
  settings: BlockSettings,
  state: ReasoningState,
  input: tf.Tensor3D,
): ReasoningState {
  let { high, low } = state;
  for (let cycle = 1; cycle <= config.highCycles; cycle++) {
    const isLast = cycle === config.highCycles;
    const updates = isLast ? config.lowCycles - config.gradientDepth : config.lowCycles;
    for (let update = 0; update < updates; update++) {
      low = replace(low, state.low, updateLow(weights, settings, { high, low }, input));
    }
    if (!isLast) high = replace(high, state.high, reason(high, low, weights.high, settings));
  }
  return { high, low };
}

/** The updates that carry the gradient: z_L ← L(z_L, z_H + e), `gradientDepth` times, then z_H ← H(z_H, z_L). */
export function finishStep(
  config: HrmConfig,
  weights: ModelWeights,
  settings: BlockSettings,
  { high, low }: ReasoningState,
  input: tf.Tensor3D,
): ReasoningState {
  let fast = low;
  for (let update = 0; update < config.gradientDepth; update++) {
    fast = updateLow(weights, settings, { high, low: fast }, input);
  }
  return { high: reason(high, fast, weights.high, settings), low: fast };
}

/** Answer and Q values of a state. The Q head reads token 0: the puzzle prefix, or the first cell without one. */
export function readHeads(config: HrmConfig, weights: ModelWeights, high: tf.Tensor3D): Heads {
  const [batch] = high.shape;
  const { hiddenSize, sequenceLength } = config;
  const cells = tf.slice(high, [0, prefixLength(config), 0], [batch, sequenceLength, hiddenSize]); // [B, S, D]
  const first = tf.reshape(tf.slice(high, [0, 0, 0], [batch, 1, hiddenSize]), [batch, hiddenSize]); // [B, D]
  return {
    logits: linear(cells, weights.head) as tf.Tensor3D,
    q: linear(first, weights.qHead, weights.qBias) as tf.Tensor2D,
  };
}

function updateLow(
  weights: ModelWeights,
  settings: BlockSettings,
  { high, low }: ReasoningState,
  input: tf.Tensor3D,
): tf.Tensor3D {
  return tf.tidy(() => reason(low, tf.add(high, input), weights.low, settings));
}

/** Frees the intermediate state that `next` follows; the caller's own state stays. */
function replace(previous: tf.Tensor3D, callers: tf.Tensor3D, next: tf.Tensor3D): tf.Tensor3D {
  if (previous !== callers) previous.dispose();
  return next;
}
