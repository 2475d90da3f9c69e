import { tf } from '../backend/tensorflow.ts';
import { withGradient } from '../ops/with-gradient.ts';

/** −t·log σ(x) − (1 − t)·log(1 − σ(x)) per element; the targets are constants. */
export function binaryCrossEntropy(logits: tf.Tensor1D, targets: tf.Tensor1D): tf.Tensor1D {
  return withGradient([logits], (x) => {
    const logOnePlus = tf.log1p(tf.exp(tf.neg(tf.abs(x))));
    return { value: tf.add(tf.sub(tf.relu(x), tf.mul(x, targets)), logOnePlus), save: [x, targets], slopes };
  }) as tf.Tensor1D;
}

function slopes(dy: tf.Tensor, x: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.mul(dy, tf.sub(tf.sigmoid(x), targets));
}
