import { tf } from '../backend/tensorflow.ts';
import { oneHot } from '../ops/one-hot.ts';
import { withGradient } from '../ops/with-gradient.ts';

/**
 * Cross entropy of each token: logits [N, V], labels [N] → [N]. `stablemax` replaces eˣ by s(x) = x + 1 for x ≥ 0 and
 * 1/(1 − x) below; both are written without comparisons, which the tape cannot hold.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, kind: 'stablemax' | 'softmax'): tf.Tensor1D {
  const isSoftmax = kind === 'softmax';
  return withGradient([logits], (x) => {
    const target = oneHot(labels, x.shape[1]); // [N, V]
    return {
      value: isSoftmax ? softmaxLoss(x, target) : stablemaxLoss(x, target),
      save: [x, target],
      slopes: (dy: tf.Tensor, savedX: tf.Tensor2D, savedTarget: tf.Tensor2D) => {
        const slope = isSoftmax ? tf.sub(tf.softmax(savedX), savedTarget) : stablemaxSlope(savedX, savedTarget);
        return tf.mul(tf.expandDims(dy, -1), slope);
      },
    };
  }) as tf.Tensor1D;
}

function softmaxLoss(x: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(x), target), -1));
}

/** log Σ s(x) − log s(x_label) */
function stablemaxLoss(x: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor {
  const s = stablemaxWeight(x);
  return tf.sub(tf.log(tf.sum(s, -1)), tf.log(tf.sum(tf.mul(s, target), -1)));
}

/** s′(x)·(1/Σ s − [label]/s(x)) with s′(x) = 1 for x ≥ 0 and 1/(1 − x)² below. */
function stablemaxSlope(x: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor {
  const s = stablemaxWeight(x);
  const slope = tf.square(tf.reciprocal(tf.add(1, tf.relu(tf.neg(x)))));
  return tf.mul(slope, tf.sub(tf.reciprocal(tf.sum(s, -1, true)), tf.div(target, s)));
}

/** s(x) = relu(x) + 1/(1 + relu(−x)) */
function stablemaxWeight(x: tf.Tensor2D): tf.Tensor {
  return tf.add(tf.relu(x), tf.reciprocal(tf.add(1, tf.relu(tf.neg(x)))));
}
