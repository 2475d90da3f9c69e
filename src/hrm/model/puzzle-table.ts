import { tf } from '../backend/tensorflow.ts';
import type { HostTensor } from './host-tensor.ts';

/** The puzzle embedding [identifiers, size], in ordinary memory: ARC's has half a billion values, and few rows are used at a time. */
export class PuzzleTable {
  readonly identifierCount: number;
  readonly size: number;
  readonly values: Float32Array;

  constructor({ shape, data }: HostTensor) {
    [this.identifierCount, this.size] = shape as [number, number];
    this.values = data;
  }

  /** One row per identifier, [B, size]. */
  rows(identifiers: Int32Array): tf.Tensor2D {
    const rows = new Float32Array(identifiers.length * this.size);
    identifiers.forEach((identifier, index) => {
      rows.set(this.values.subarray(identifier * this.size, (identifier + 1) * this.size), index * this.size);
    });
    return tf.tensor2d(rows, [identifiers.length, this.size]);
  }
}
