import { type Batch, IGNORED } from '../act/batch.ts';
import { tf } from '../backend/tensorflow.ts';
import type { HrmConfig } from '../config.ts';
import type { Heads } from '../model/inner-step.ts';
import { withoutTape } from '../ops/without-tape.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { crossEntropy } from './cross-entropy.ts';

/** The loss of one step and its parts, all sums over the batch. */
export interface ActLoss {
  /** lm + ½·(qHalt + qContinue) */
  readonly total: tf.Scalar;
  readonly lm: tf.Scalar;
  readonly qHalt: tf.Scalar;
  readonly qContinue?: tf.Scalar;
}

/** Loss of the answer and of the Q values; `targetQContinue` [B] holds probabilities and counts as a constant. */
export function actLoss(config: HrmConfig, heads: Heads, data: Batch, targetQContinue?: tf.Tensor1D): ActLoss {
  const { vocabularySize, sequenceLength } = config;
  const logits = tf.reshape(heads.logits, [-1, vocabularySize]) as tf.Tensor2D; // [B·S, V]
  const labels = tf.tensor1d(
    data.labels.map((label) => Math.max(0, label)),
    'int32',
  ); // [B·S]
  const weights = tf.tensor1d(tokenWeights(data, sequenceLength)); // [B·S]
  const lm = tf.sum(tf.mul(crossEntropy(logits, labels, config.loss), weights)) as tf.Scalar;
  const correct = withoutTape(() => rowsCorrect(heads.logits, data));
  const qHalt = tf.sum(binaryCrossEntropy(column(heads.q, 0), correct)) as tf.Scalar;
  if (!targetQContinue) return { total: tf.add(lm, tf.mul(0.5, qHalt)), lm, qHalt };
  const qContinue = tf.sum(binaryCrossEntropy(column(heads.q, 1), targetQContinue)) as tf.Scalar;
  return { total: tf.add(lm, tf.mul(0.5, tf.add(qHalt, qContinue))), lm, qHalt, qContinue };
}

/** 1 / (scored positions of the row) at every scored position, 0 elsewhere. [B·S] */
function tokenWeights({ labels }: Batch, length: number): Float32Array {
  const weights = new Float32Array(labels.length);
  for (let start = 0; start < labels.length; start += length) {
    const scored = labels.subarray(start, start + length).reduce((sum, label) => sum + (label === IGNORED ? 0 : 1), 0);
    for (let index = start; index < start + length; index++) {
      if (labels[index] !== IGNORED) weights[index] = 1 / scored;
    }
  }
  return weights;
}

/** 1 for each row whose scored positions are all right. [B] */
function rowsCorrect(logits: tf.Tensor3D, { size, labels }: Batch): tf.Tensor1D {
  const wanted = tf.tensor2d(labels, [size, labels.length / size], 'int32');
  const scored = tf.cast(tf.notEqual(wanted, tf.scalar(IGNORED, 'int32')), 'float32');
  const wrong = tf.cast(tf.notEqual(tf.argMax(logits, -1), wanted), 'float32');
  const mistakes = tf.sum(tf.mul(wrong, scored), -1); // [B]
  return tf.cast(tf.equal(mistakes, 0), 'float32') as tf.Tensor1D;
}

/** One column of [B, 2]. */
function column(q: tf.Tensor2D, index: number): tf.Tensor1D {
  return tf.reshape(tf.slice(q, [0, index], [-1, 1]), [-1]) as tf.Tensor1D;
}
