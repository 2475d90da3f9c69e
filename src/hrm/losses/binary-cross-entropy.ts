import { tf } from '../backend/tensorflow.ts';

/** −t·log σ(x) − (1 − t)·log(1 − σ(x)) per element; the targets are constants. */
export function binaryCrossEntropy(logits: tf.Tensor1D, targets: tf.Tensor1D): tf.Tensor1D {
  const perRow = tf.customGrad((input, save) => {
    const x = input as tf.Tensor1D;
    (save as tf.GradSaveFunc)([x, targets]);
    const logOnePlus = tf.log1p(tf.exp(tf.neg(tf.abs(x))));
    return {
      value: tf.add(tf.sub(tf.relu(x), tf.mul(x, targets)), logOnePlus),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedX, savedTargets] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.sub(tf.sigmoid(savedX), savedTargets));
      },
    };
  });
  return perRow(logits) as tf.Tensor1D;
}
