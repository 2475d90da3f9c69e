import { tf } from '../backend/tensorflow.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { beginStep, finishStep, type Heads, type ReasoningState, readHeads } from '../model/inner-step.ts';
import { embedInput } from '../model/input-embedding.ts';
import type { Batch } from './batch.ts';

/** A state after one whole step, with what the heads read from it. */
export interface Forward {
  readonly state: ReasoningState;
  readonly heads: Heads;
}

/** Input embedding of a batch; `puzzleRows` replaces the rows of the puzzle table. [B, T, D] */
export function embedBatch(model: HrmModel, data: Batch, puzzleRows?: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const rows = puzzleRows ?? model.puzzleTable?.rows(data.puzzleIdentifiers);
    return embedInput(model.config, model.weights, tf.tensor1d(data.inputs, 'int32'), rows);
  });
}

/** One whole step without gradient. */
export function forward(model: HrmModel, state: ReasoningState, data: Batch): Forward {
  return tf.tidy(() => {
    const { config, weights, settings } = model;
    const input = embedBatch(model, data); // [B, T, D]
    const begun = beginStep(config, weights, settings, state, input);
    const finished = finishStep(config, weights, settings, begun, input);
    return { state: finished, heads: readHeads(config, weights, finished.high) } as Forward & tf.TensorContainerObject;
  });
}
