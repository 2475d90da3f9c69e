import { tf } from '../../hrm/backend/tensorflow.ts';
import { binaryCrossEntropy } from '../../hrm/losses/binary-cross-entropy.ts';
import { planOutputs } from '../model/plan-outputs.ts';

/**
 * Loss of each row of a plan: cross entropy of the yes-or-no outputs, squared error of the log-lines, cross entropy of effort
 * shares and difficulty. Targets with weight 0 take no part. [B]
 */
export function planLoss(plan: tf.Tensor2D, targets: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor1D {
  const [B] = plan.shape;
  const columns = (of: tf.Tensor2D, from: number, to: number) => tf.slice(of, [0, from], [B, to - from]);
  const part = (from: number, to: number, loss: (plan: tf.Tensor2D, targets: tf.Tensor2D) => tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(loss(columns(plan, from, to), columns(targets, from, to)), columns(weights, from, to)), 1);
  const { lines, effort, difficulty, groups, count } = planOutputs;
  return tf.addN([
    part(0, lines, yesOrNo),
    part(lines, effort, (guess, truth) => tf.square(tf.sub(guess, truth))),
    part(effort, difficulty, shares),
    part(difficulty, groups, shares),
    part(groups, count, yesOrNo),
  ]) as tf.Tensor1D;
}

function yesOrNo(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor {
  const flat = binaryCrossEntropy(tf.reshape(logits, [-1]) as tf.Tensor1D, tf.reshape(targets, [-1]) as tf.Tensor1D);
  return tf.reshape(flat, logits.shape);
}

/** −t·log softmax of each class. */
function shares(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor {
  return tf.neg(tf.mul(targets, tf.logSoftmax(logits)));
}
