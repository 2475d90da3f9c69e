import { tf } from '../../hrm/backend/tensorflow.ts';
import { binaryCrossEntropy } from '../../hrm/losses/binary-cross-entropy.ts';
import type { ReasoningState } from '../../hrm/model/inner-step.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';
import { beginPlanning, embedTasks, finishPlanning, startState } from '../model/planning-steps.ts';
import { readHalting, readPlan } from '../model/read-plan.ts';
import { differentiate, type GradientMap, leavesWithout } from './gradients.ts';
import { haltingTargets } from './halting-targets.ts';
import type { PlanBatch } from './plan-batch.ts';
import { planLoss } from './plan-loss.ts';

/** Mean losses of a batch. */
export interface PlanStepLosses {
  /** Loss of the plan after each planning step, per row. */
  readonly plan: readonly number[];
  /** Loss of the Q values, per row and step. */
  readonly halting: number;
}

const halting = /\.q_head\.|^coordination\.recovery/;
const qNames = ['model.inner.q_head.weight', 'model.inner.q_head.bias'];

/**
 * Adds the gradient of a batch: every row takes all planning steps, the plan of each step is scored (deep supervision), and
 * only the last updates of each step carry the gradient. The Q head learns as a critic: it judges the halting token as it
 * is, and does not move the plan.
 */
export async function addPlanGradients(
  model: CoordinationModel,
  batch: PlanBatch,
  gradients: GradientMap,
): Promise<PlanStepLosses> {
  const { maxSteps } = model.config.core;
  const names = leavesWithout(model, halting);
  const input = embedTasks(model, batch.tokens);
  const given = batchTensors(model, batch);
  let state = startState(model, batch.size);
  const tokens: tf.Tensor2D[] = [];
  const rowLosses: Float32Array[] = [];
  try {
    for (let step = 0; step < maxSteps; step++) {
      const begun = beginPlanning(model, state, input);
      tf.dispose([state.high, state.low]);
      const kept: { state?: ReasoningState; rows?: tf.Tensor1D } = {};
      const found = differentiate(model, names, input, () => {
        const next = finishPlanning(model, begun, input);
        const { plan, halting } = readPlan(model, next.high, given.evidence, given.prior);
        const rows = planLoss(plan, given.targets, given.weights);
        kept.state = { high: tf.keep(next.high), low: tf.keep(next.low) };
        kept.rows = tf.keep(rows);
        tokens.push(tf.keep(halting));
        return tf.div(tf.sum(rows), batch.size * maxSteps);
      });
      tf.dispose([begun.high, begun.low]);
      for (const [name, gradient] of found.named) gradients.add(name, gradient);
      if (found.input) gradients.addWords(batch.tokens, found.input);
      state = kept.state as ReasoningState;
      const rows = kept.rows as tf.Tensor1D;
      rowLosses.push(Float32Array.from(await rows.data<'float32'>()));
      rows.dispose();
    }
    const halt = await addHaltingGradients(model, tokens, rowLosses, gradients);
    return { plan: rowLosses.map((rows) => rows.reduce((sum, loss) => sum + loss, 0) / batch.size), halting: halt };
  } finally {
    tf.dispose([state.high, state.low, input, ...tokens, ...Object.values(given)]);
  }
}

/** Uploads what the heads read of a batch and what they should say. */
export function batchTensors(
  model: CoordinationModel,
  batch: PlanBatch,
): { evidence: tf.Tensor3D; prior: tf.Tensor2D; targets: tf.Tensor2D; weights: tf.Tensor2D } {
  const { agentCount, evidenceSize } = model.config;
  const plan = (values: Float32Array) => tf.tensor2d(values, [batch.size, values.length / batch.size]);
  return {
    evidence: tf.tensor3d(batch.evidence, [batch.size, agentCount, evidenceSize]),
    prior: plan(batch.prior),
    targets: plan(batch.targets),
    weights: plan(batch.weights),
  };
}

async function addHaltingGradients(
  model: CoordinationModel,
  tokens: readonly tf.Tensor2D[],
  losses: readonly Float32Array[],
  gradients: GradientMap,
): Promise<number> {
  const all = tf.concat([...tokens], 0) as tf.Tensor2D; // [steps·B, D]
  const q = tf.tidy(() => readHalting(model, all));
  const values = await q.data<'float32'>();
  q.dispose();
  const size = values.length / losses.length;
  const bySteps = losses.map((_, step) => values.subarray(step * size, (step + 1) * size) as Float32Array);
  const { halt, proceed } = haltingTargets(losses, bySteps);
  const wanted = Float32Array.from({ length: values.length }, (_, index) => {
    const [step, row] = [Math.floor(index / size), (index % size) >> 1];
    return ((index % 2 === 0 ? halt : proceed)[step] as Float32Array)[row] as number;
  });
  let total: tf.Scalar | undefined;
  const { named } = differentiate(model, qNames, undefined, () => {
    const logits = tf.reshape(readHalting(model, all), [-1]) as tf.Tensor1D;
    total = tf.keep(tf.div(tf.sum(binaryCrossEntropy(logits, tf.tensor1d(wanted))), values.length / 2) as tf.Scalar);
    return total;
  });
  for (const [name, gradient] of named) gradients.add(name, gradient);
  const [loss] = await (total as tf.Scalar).data();
  tf.dispose([all, total as tf.Scalar]);
  return loss as number;
}
