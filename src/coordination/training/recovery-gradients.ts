import { tf } from '../../hrm/backend/tensorflow.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';
import { embedTasks } from '../model/planning-steps.ts';
import { beginRecovery, readRecovery } from '../model/recovery.ts';
import { differentiate, type GradientMap, leavesWithout } from './gradients.ts';

/** Observations of one training step. */
export interface RecoveryBatch {
  readonly size: number;
  /** [B, S] */
  readonly tokens: Int32Array;
  /** Agent kind of each row, [B]. */
  readonly agents: Int32Array;
  /** [B, recoveryFeatureCount] */
  readonly features: Float32Array;
  /** Position of the right action among `recoveryActions`, [B]. */
  readonly actions: Int32Array;
}

const planning = /\.q_head\.|^coordination\.(?!recovery|agents)/;

/** Adds the gradient of the executor's policy: which action follows an observation. Returns the loss per row. */
export async function addRecoveryGradients(
  model: CoordinationModel,
  batch: RecoveryBatch,
  gradients: GradientMap,
): Promise<number> {
  const words = embedTasks(model, batch.tokens);
  const begun = beginRecovery(model, words, batch.agents);
  const features = tf.tensor2d(batch.features, [batch.size, batch.features.length / batch.size]);
  let total: tf.Scalar | undefined;
  try {
    const found = differentiate(model, leavesWithout(model, planning), words, () => {
      const logits = readRecovery(model, begun, words, batch.agents, features);
      const wanted = tf.cast(tf.oneHot(tf.tensor1d(batch.actions, 'int32'), logits.shape[1]), 'float32');
      const loss = tf.neg(tf.sum(tf.mul(wanted, tf.logSoftmax(logits))));
      total = tf.keep(tf.div(loss, batch.size) as tf.Scalar);
      return total;
    });
    for (const [name, gradient] of found.named) gradients.add(name, gradient);
    if (found.input) gradients.addWords(batch.tokens, found.input);
    const [loss] = await (total as unknown as tf.Scalar).data();
    return loss as number;
  } finally {
    tf.dispose([words, begun.high, begun.low, features]);
    total?.dispose();
  }
}
