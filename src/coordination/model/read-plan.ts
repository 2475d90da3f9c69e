import { tf } from '../../hrm/backend/tensorflow.ts';
import { block } from '../../hrm/model/block.ts';
import { linear } from '../../hrm/ops/linear.ts';
import type { CoordinationModel } from './coordination-model.ts';
import { coordinationTokens } from './head-layout.ts';
import { planOutputs } from './plan-outputs.ts';

/** A plan and the token from which its worth is judged. */
export interface ReadPlan {
  /** Logits in the order of `planOutputs`, [B, outputs]. */
  readonly plan: tf.Tensor2D;
  /** The halting token, which {@link readHalting} judges. [B, D] */
  readonly halting: tf.Tensor2D;
}

/**
 * Reads a plan from the planning state: attention over [z_H, coordination tokens, agent tokens] without mask and without
 * rotation, then one head for each token. Each output is (1 + gain) · prior + bias + what its token says.
 */
export function readPlan(
  model: CoordinationModel,
  high: tf.Tensor3D, // [B, S, D]
  evidence: tf.Tensor3D, // [B, A, E]
  prior: tf.Tensor2D, // [B, outputs]
): ReadPlan {
  const { agentCount: A, readout } = model.config;
  const [B, S, D] = high.shape;
  const C = coordinationTokens.length;
  const coordination = tf.tile(tf.reshape(model.head('tokens'), [1, C, D]), [B, 1, 1]); // [B, C, D]
  const parts = [high, coordination, ...(readout === 'agents' ? [agentTokens(model, evidence)] : [])];
  let x = tf.concat(parts, 1) as tf.Tensor3D; // [B, S + C + A, D]
  for (const weights of model.blocks) x = block(x, weights, model.settings);
  const token = (name: (typeof coordinationTokens)[number]): tf.Tensor2D =>
    tf.reshape(tf.slice(x, [0, S + coordinationTokens.indexOf(name), 0], [B, 1, D]), [B, D]);
  const at = (input: tf.Tensor, head: string): tf.Tensor => linear(input, model.head(head) as tf.Tensor2D);
  const agents = readout === 'agents' ? tf.slice(x, [0, S + C, 0], [B, A, D]) : token('decision');
  const said = tf.concat(
    [
      tf.reshape(at(agents, 'selection'), [B, A]),
      at(token('decision'), 'composite'),
      at(token('difficulty'), 'lines'),
      tf.reshape(at(agents, 'effort'), [B, A]),
      at(token('difficulty'), 'difficulty'),
      at(token('structure'), 'groups'),
    ],
    1,
  ); // [B, outputs]
  const start = tf.add(tf.mul(prior, tf.add(1, model.head('gain'))), model.head('bias'));
  return { plan: tf.reshape(tf.add(start, said), [B, planOutputs.count]), halting: token('halting') };
}

/** Q values of a plan, by HRM's own Q head at the halting token. [B, 2]: halt, continue */
export function readHalting(model: CoordinationModel, halting: tf.Tensor2D): tf.Tensor2D {
  const { qHead, qBias } = model.core.weights;
  return linear(halting, qHead, qBias) as tf.Tensor2D;
}

/** One token for each agent kind: who it is, and what the task says of it. [B, A, D] */
function agentTokens(model: CoordinationModel, evidence: tf.Tensor3D): tf.Tensor {
  const { agentCount, core } = model.config;
  const said = linear(evidence, model.head('evidence') as tf.Tensor2D); // [B, A, D]
  return tf.add(said, tf.reshape(model.head('agents'), [1, agentCount, core.hiddenSize]));
}
