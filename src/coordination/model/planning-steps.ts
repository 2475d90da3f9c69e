import { tf } from '../../hrm/backend/tensorflow.ts';
import { beginStep, finishStep, type ReasoningState } from '../../hrm/model/inner-step.ts';
import { embedInput } from '../../hrm/model/input-embedding.ts';
import type { CoordinationModel } from './coordination-model.ts';

/** What both modules of the core read of a batch of tasks, [B, S, D]. */
export function embedTasks(model: CoordinationModel, tokens: Int32Array): tf.Tensor3D {
  const { config, weights } = model.core;
  return tf.tidy(() => embedInput(config, weights, tf.tensor1d(tokens, 'int32')));
}

/** The state before the first planning step. */
export function startState(model: CoordinationModel, batchSize: number): ReasoningState {
  const { sequenceLength: S, hiddenSize: D } = model.config.core;
  const { highInit, lowInit } = model.core.weights;
  const spread = (start: tf.Tensor1D) => tf.tile(tf.reshape(start, [1, 1, D]), [batchSize, S, 1]) as tf.Tensor3D;
  return tf.tidy(() => ({ high: spread(highInit), low: spread(lowInit) }) as ReasoningState & tf.TensorContainerObject);
}

/** All updates of a planning step that carry no gradient. The given state stays the caller's. */
export function beginPlanning(model: CoordinationModel, state: ReasoningState, input: tf.Tensor3D): ReasoningState {
  const { config, weights, settings } = model.core;
  return tf.tidy(() => {
    const { high, low } = beginStep(config, weights, settings, state, input);
    // With one cycle nothing happens before the tape, and the state comes back as it is.
    return { high: tf.clone(high), low: tf.clone(low) } as ReasoningState & tf.TensorContainerObject;
  });
}

/** The last updates of a planning step; on the tape they carry the gradient (HRM's one-step gradient). */
export function finishPlanning(model: CoordinationModel, begun: ReasoningState, input: tf.Tensor3D): ReasoningState {
  const { config, weights, settings } = model.core;
  return finishStep(config, weights, settings, begun, input);
}
