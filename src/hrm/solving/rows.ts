import { copyRow } from '../act/batch.ts';
import { type Carry, disposeCarry } from '../act/carry.ts';
import { tf } from '../backend/tensorflow.ts';
import type { Random } from '../random.ts';

/** A carry of some rows of another one, in the given order; the other stays valid. */
export function keepRows(carry: Carry, rows: readonly number[]): Carry {
  const indices = tf.tensor1d([...rows], 'int32');
  const length = carry.data.inputs.length / carry.data.size;
  const data = {
    size: rows.length,
    inputs: new Int32Array(rows.length * length),
    labels: new Int32Array(rows.length * length),
    puzzleIdentifiers: new Int32Array(rows.length),
  };
  rows.forEach((row, index) => {
    copyRow(carry.data, row, data, index);
  });
  const kept = {
    state: { high: tf.gather(carry.state.high, indices), low: tf.gather(carry.state.low, indices) },
    steps: Int32Array.from(rows, (row) => carry.steps[row] as number),
    halted: Uint8Array.from(rows, (row) => carry.halted[row] as number),
    data,
  };
  indices.dispose();
  return kept;
}

/** Adds normal noise to both states of a filled carry, which it takes over; its rows keep their puzzles. */
export function perturb(carry: Carry, deviation: number, random: Random): Carry {
  const disturb = (state: tf.Tensor3D): tf.Tensor3D =>
    tf.tidy(() => tf.add(state, tf.tensor3d(normals(state.size, deviation, random), state.shape)));
  const state = { high: disturb(carry.state.high), low: disturb(carry.state.low) };
  disposeCarry(carry);
  return { ...carry, state, halted: new Uint8Array(carry.halted.length) };
}

/** Normal numbers by the Box-Muller method. */
export function normals(count: number, deviation: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return deviation * radius * Math.cos(2 * Math.PI * random.next());
  });
}
