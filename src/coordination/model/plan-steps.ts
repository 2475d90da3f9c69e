import { tf } from '../../hrm/backend/tensorflow.ts';
import { sigmoid } from './calibration.ts';
import type { CoordinationModel } from './coordination-model.ts';
import { beginPlanning, embedTasks, finishPlanning, startState } from './planning-steps.ts';
import { readHalting, readPlan } from './read-plan.ts';

/** What the heads say after one planning step of a batch. */
export interface PlanStep {
  /** Logits of `planOutputs`, [B, outputs]. */
  readonly plan: Float32Array;
  /** Probability that no later step improves the plan, [B]. */
  readonly haltProbability: Float32Array;
  /** Whether the Q head would stop here, [B]. */
  readonly halts: readonly boolean[];
}

/** Tasks as the model reads them, row-major. */
export interface PlanInput {
  /** [B, S] */
  readonly tokens: Int32Array;
  /** [B, A, E] */
  readonly evidence: Float32Array;
  /** [B, outputs] */
  readonly prior: Float32Array;
}

/** Plans a batch step by step without gradient, at most `maxSteps` times; leave the loop when the plan is good enough. */
export async function* planSteps(
  model: CoordinationModel,
  { tokens, evidence, prior }: PlanInput,
  maxSteps: number = model.config.core.maxSteps,
): AsyncGenerator<PlanStep, void> {
  const { agentCount: A, evidenceSize: E } = model.config;
  const B = tokens.length / model.config.core.sequenceLength;
  const input = embedTasks(model, tokens);
  let state = startState(model, B);
  try {
    for (let step = 0; step < maxSteps; step++) {
      const { high, low, plan, q } = tf.tidy(() => {
        const begun = beginPlanning(model, state, input);
        const next = finishPlanning(model, begun, input);
        const given = [tf.tensor3d(evidence, [B, A, E]), tf.tensor2d(prior, [B, prior.length / B])] as const;
        const { plan, halting } = readPlan(model, next.high, ...given);
        return { ...next, plan, q: readHalting(model, halting) } as never;
      }) as { high: tf.Tensor3D; low: tf.Tensor3D; plan: tf.Tensor2D; q: tf.Tensor2D };
      tf.dispose([state.high, state.low]);
      state = { high, low };
      const [logits, values] = await Promise.all([plan.data<'float32'>(), q.data<'float32'>()]);
      tf.dispose([plan, q]);
      yield {
        plan: Float32Array.from(logits),
        haltProbability: Float32Array.from({ length: B }, (_, row) => sigmoid(values[2 * row] as number)),
        halts: Array.from({ length: B }, (_, row) => (values[2 * row] as number) > (values[2 * row + 1] as number)),
      };
    }
  } finally {
    tf.dispose([input, state.high, state.low]);
  }
}
