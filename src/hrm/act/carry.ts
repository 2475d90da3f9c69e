import { tf } from '../backend/tensorflow.ts';
import { totalLength } from '../config.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import type { ReasoningState } from '../model/inner-step.ts';
import { type Batch, copyBatch, copyRow } from './batch.ts';

/** What goes from one step to the next: the reasoning state and each row's progress. Dispose the one that is replaced. */
export interface Carry {
  /** z_H and z_L, [B, T, D] each. */
  readonly state: ReasoningState;
  /** Steps that each row has taken with its present puzzle, [B]. */
  readonly steps: Int32Array;
  /** 1 where the row is finished and takes a new puzzle at the next step, [B]. */
  readonly halted: Uint8Array;
  /** The puzzles that the rows are working on. */
  readonly data: Batch;
}

/** The carry before the first step: every row is halted and takes its puzzle at the next step. */
export function initialCarry(model: HrmModel, batchSize: number): Carry {
  const { sequenceLength, hiddenSize } = model.config;
  const shape: [number, number, number] = [batchSize, totalLength(model.config), hiddenSize];
  return {
    state: { high: tf.zeros(shape), low: tf.zeros(shape) },
    steps: new Int32Array(batchSize),
    halted: new Uint8Array(batchSize).fill(1),
    data: {
      size: batchSize,
      inputs: new Int32Array(batchSize * sequenceLength),
      labels: new Int32Array(batchSize * sequenceLength),
      puzzleIdentifiers: new Int32Array(batchSize),
    },
  };
}

/** Frees the tensors of a carry. */
export function disposeCarry(carry: Carry): void {
  carry.state.high.dispose();
  carry.state.low.dispose();
}

/**
 * Gives halted rows the start state and the incoming puzzle; other rows keep theirs, and the incoming rows in their places
 * are not used. The given carry stays valid.
 */
export function refill(model: HrmModel, carry: Carry, incoming: Batch): Carry {
  const data = copyBatch(carry.data);
  const steps = carry.steps.slice();
  carry.halted.forEach((isHalted, row) => {
    if (!isHalted) return;
    steps[row] = 0;
    copyRow(incoming, row, data, row);
  });
  const { highInit, lowInit } = model.weights;
  const { high, low } = carry.state;
  const [newHigh, newLow] = tf.tidy(() => {
    const halted = tf.tensor3d(Float32Array.from(carry.halted), [carry.halted.length, 1, 1]);
    return [restart(high, highInit, halted), restart(low, lowInit, halted)] as [tf.Tensor3D, tf.Tensor3D];
  });
  return { state: { high: newHigh, low: newLow }, steps, halted: carry.halted.slice(), data };
}

/** The state with its halted rows set to the start vector: an exact choice, for states are finite. [B, T, D] */
function restart(state: tf.Tensor3D, start: tf.Tensor1D, halted: tf.Tensor3D): tf.Tensor3D {
  return tf.add(tf.mul(state, tf.sub(1, halted)), tf.mul(start, halted));
}
