import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { packMatrix, unpackMatrix, type WeightBits } from '../../hrm/quantisation/pack.ts';
import { corruptFile } from '../../hrm/weights/corrupt.ts';
import { decodeElements } from '../../hrm/weights/element-types.ts';
import type { RawTensor } from '../../hrm/weights/safetensors.ts';

/** Smallest matrix whose values are packed; small tensors keep their precision. */
const WORTH_PACKING = 4_096;

/** Tensors by name as a file holds them: matrices as small integers, the rest as float32. */
export function packState(state: ReadonlyMap<string, HostTensor>, bits: WeightBits): Map<string, RawTensor> {
  const tensors = new Map<string, RawTensor>();
  for (const [name, { shape, data }] of state) {
    if (shape.length !== 2 || data.length < WORTH_PACKING) {
      tensors.set(name, floats(shape, data));
      continue;
    }
    const { packed, scales } = packMatrix(data, shape as [number, number], bits);
    tensors.set(`${name}.scales`, floats([scales.length], scales));
    tensors.set(`${name}.packed${bits}[${shape.join()}]`, { type: 'U8', shape: [packed.length], bytes: packed });
  }
  return tensors;
}

/** Reads what {@link packState} gave. @throws MODEL_FILE_CORRUPT */
export function unpackState(tensors: ReadonlyMap<string, RawTensor>, file: string): Map<string, HostTensor> {
  const state = new Map<string, HostTensor>();
  for (const [name, { type, shape, bytes }] of tensors) {
    const packed = /^(.*)\.packed([48])\[(\d+),(\d+)\]$/.exec(name);
    if (packed) {
      const [, matrix = '', bits, outputs, inputs] = packed;
      const scales = tensors.get(`${matrix}.scales`);
      if (!scales) throw corruptFile(file, `${matrix} is incomplete`);
      const size = [Number(outputs), Number(inputs)] as const;
      const steps = decodeElements(scales.bytes, 'F32');
      const data = unpackMatrix({ shape: size, bits: Number(bits) as WeightBits, packed: bytes, scales: steps });
      state.set(matrix, { shape: size, data });
    } else if (!name.endsWith('.scales')) state.set(name, { shape, data: decodeElements(bytes, type) });
  }
  return state;
}

/** A float32 tensor as a file holds it. */
export function floats(shape: readonly number[], data: Float32Array): RawTensor {
  return { type: 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
