/** Bits of one weight. */
export type WeightBits = 4 | 8;

/** Weights as small integers with one scale for each group of neighbours in a row. */
export interface PackedMatrix {
  readonly shape: readonly [outputs: number, inputs: number];
  readonly bits: WeightBits;
  /** Two weights to a byte (4 bits, low half first) or one, stored with an offset so that 0 is the middle. */
  readonly packed: Uint8Array;
  /** Step of each group, row by row. */
  readonly scales: Float32Array;
}

/** Weights that share a scale. */
export const groupSize = 128;

/** Rounds a matrix [out, in] to small integers; each group's largest magnitude becomes the largest integer. */
export function packMatrix(data: Float32Array, shape: readonly [number, number], bits: WeightBits): PackedMatrix {
  const [outputs, inputs] = shape;
  const groups = Math.ceil(inputs / groupSize);
  const top = 2 ** (bits - 1) - 1;
  const scales = new Float32Array(outputs * groups);
  const packed = new Uint8Array(Math.ceil((data.length * bits) / 8));
  for (let row = 0; row < outputs; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * inputs + group * groupSize;
      const end = Math.min(start + groupSize, (row + 1) * inputs);
      const scale = Math.fround(
        data.subarray(start, end).reduce((most, value) => Math.max(most, Math.abs(value)), 0) / top,
      );
      scales[row * groups + group] = scale;
      for (let at = start; at < end; at++) {
        const level = scale === 0 ? 0 : Math.max(-top, Math.min(top, Math.round((data[at] as number) / scale)));
        put(packed, at, level + top + 1, bits);
      }
    }
  }
  return { shape, bits, packed, scales };
}

/** The matrix that packed weights stand for, [out, in]. */
export function unpackMatrix({ shape: [outputs, inputs], bits, packed, scales }: PackedMatrix): Float32Array {
  const groups = Math.ceil(inputs / groupSize);
  const offset = 2 ** (bits - 1);
  const data = new Float32Array(outputs * inputs);
  for (let index = 0; index < outputs * groups; index++) {
    const row = Math.floor(index / groups);
    const start = row * inputs + (index % groups) * groupSize;
    const end = Math.min(start + groupSize, (row + 1) * inputs);
    const scale = scales[index] as number;
    if (bits === 8) for (let at = start; at < end; at++) data[at] = ((packed[at] as number) - offset) * scale;
    else for (let at = start; at < end; at++) data[at] = (half(packed, at) - offset) * scale;
  }
  return data;
}

function put(packed: Uint8Array, at: number, value: number, bits: WeightBits): void {
  if (bits === 8) packed[at] = value;
  else packed[at >> 1] = (packed[at >> 1] as number) | (value << ((at & 1) * 4));
}

function half(packed: Uint8Array, at: number): number {
  return ((packed[at >> 1] as number) >> ((at & 1) * 4)) & 15;
}
