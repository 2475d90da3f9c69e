/** A float32 tensor in ordinary memory, row-major. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Entries by name, as a checkpoint holds them. */
export type StateDict = ReadonlyMap<string, HostTensor>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Columns that are turned at a time, so that what is written stays in the processor's cache. */
const tile = 64;

/** A transposed copy of a matrix. */
export function transposed({ shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const result = new Float32Array(data.length);
  for (let start = 0; start < columns; start += tile) {
    const end = Math.min(start + tile, columns);
    for (let row = 0; row < rows; row++) {
      for (let column = start; column < end; column++) {
        result[column * rows + row] = data[row * columns + column] as number;
      }
    }
  }
  return { shape: [columns, rows], data: result };
}

/** Place of the first value that is no finite number, or −1. */
export function firstNotFinite(data: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += (data[at] as number) * 0;
  return Number.isNaN(sum) ? data.findIndex((value) => !Number.isFinite(value)) : -1;
}
