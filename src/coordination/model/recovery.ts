import { tf } from '../../hrm/backend/tensorflow.ts';
import type { ReasoningState } from '../../hrm/model/inner-step.ts';
import { embedding } from '../../hrm/ops/embedding.ts';
import { linear } from '../../hrm/ops/linear.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { CoordinationModel } from './coordination-model.ts';
import { recoveryFeatureCount } from './head-layout.ts';
import { beginPlanning, finishPlanning, startState } from './planning-steps.ts';
import type { StepObservation } from './prediction.ts';

/** Words of a step's observation that the executor reads: the end of its output. */
export const observationCharacters = 2_000;

/** The text that the executor reads of an observation: the end of its output, latest line first. */
export function observationText({ output }: StepObservation): string {
  return output.slice(-observationCharacters).split('\n').reverse().join('\n');
}

/** Index of an observation's agent kind; kinds that the weights do not know share the last place. */
export function observationAgent({ agent }: StepObservation): number {
  const name = agent.replace(/^(language|tool|domain)_/, '');
  const found = agentKinds.findIndex((kind) => kind.name === name);
  return found === -1 ? agentKinds.length - 1 : found;
}

/** How a step ended, in numbers: did it end, was it well, killed or not found, which attempt, was there output. */
export function recoveryFeatures({ exitCode, attempt, output }: StepObservation): Float32Array {
  const features = [
    exitCode === undefined ? 1 : 0,
    exitCode === 0 ? 1 : 0,
    exitCode !== undefined && exitCode > 128 ? 1 : 0,
    exitCode === 126 || exitCode === 127 ? 1 : 0,
    exitCode !== undefined && exitCode > 0 && exitCode < 126 ? 1 : 0,
    Math.min(4, Math.max(0, attempt - 1)) / 2,
    attempt >= 3 ? 1 : 0,
    output.trim() === '' ? 1 : 0,
  ];
  return Float32Array.from({ length: recoveryFeatureCount }, (_, index) => features[index] as number);
}

/** What the executor reads: the words' embedding beside the agent's own. [B, S, D] */
function executorInput(model: CoordinationModel, words: tf.Tensor3D, agents: Int32Array): tf.Tensor3D {
  const [B, , D] = words.shape;
  const own = embedding(model.head('agents') as tf.Tensor2D, tf.tensor1d(agents, 'int32')); // [B, D]
  return tf.add(words, tf.reshape(own, [B, 1, D]));
}

/** The part of {@link readRecovery} that carries no gradient. `words` is the embedding of what was printed, [B, S, D]. */
export function beginRecovery(model: CoordinationModel, words: tf.Tensor3D, agents: Int32Array): ReasoningState {
  return tf.tidy(
    () =>
      beginPlanning(model, startState(model, agents.length), executorInput(model, words, agents)) as ReasoningState &
        tf.TensorContainerObject,
  );
}

/**
 * The L module as the executor's policy: it reads what a step printed beside the agent's own embedding, guided by z_H, and
 * the head reads the mean of z_L and how the step ended. Logits of the actions, [B, actions].
 */
export function readRecovery(
  model: CoordinationModel,
  begun: ReasoningState,
  words: tf.Tensor3D,
  agents: Int32Array,
  features: tf.Tensor2D, // [B, recoveryFeatureCount]
): tf.Tensor2D {
  const { low } = finishPlanning(model, begun, executorInput(model, words, agents)); // [B, S, D]
  const pooled = tf.mean(low, 1); // [B, D]
  const said = linear(pooled, model.head('recovery') as tf.Tensor2D, model.head('recovery.bias') as tf.Tensor1D);
  return tf.add(said, linear(features, model.head('recovery.features') as tf.Tensor2D)) as tf.Tensor2D;
}
