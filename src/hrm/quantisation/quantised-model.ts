import type { HrmConfig } from '../config.ts';
import type { HostTensor } from '../model/host-tensor.ts';
import { type HrmModel, loadModel } from '../model/hrm-model.ts';
import { corruptFile } from '../weights/corrupt.ts';
import { decodeElements } from '../weights/element-types.ts';
import { type RawTensor, readRawTensors, writeRawTensors } from '../weights/safetensors.ts';
import { roundActivations } from './activations.ts';
import { type PackedMatrix, packMatrix, unpackMatrix, type WeightBits } from './pack.ts';

/** A model with packed weights: small in memory and on disk; {@link openQuantised} makes it ready to run. */
export interface QuantisedModel {
  readonly config: HrmConfig;
  readonly bits: WeightBits;
  /** Linear weights by name. */
  readonly matrices: ReadonlyMap<string, PackedMatrix>;
  /** Everything else, unchanged. */
  readonly others: ReadonlyMap<string, HostTensor>;
}

/** Packs every linear weight of a model; embeddings, bias, start states and puzzle table keep their precision. */
export async function packModel(model: HrmModel, bits: WeightBits): Promise<QuantisedModel> {
  const matrices = new Map<string, PackedMatrix>();
  const others = new Map<string, HostTensor>();
  const state = await model.stateDict();
  for (const { name, kind } of model.layout) {
    const entry = state.get(name) as HostTensor;
    if (kind === 'linear') matrices.set(name, packMatrix(entry.data, entry.shape as [number, number], bits));
    else others.set(name, entry);
  }
  return { config: model.config, bits, matrices, others };
}

/** A model that computes with the packed weights' values and rounds what its layers read to 8 bits. */
export function openQuantised(quantised: QuantisedModel): HrmModel {
  const state = new Map(quantised.others);
  for (const [name, matrix] of quantised.matrices) state.set(name, { shape: matrix.shape, data: unpackMatrix(matrix) });
  const model = loadModel(quantised.config, state);
  model.onActivation = roundActivations;
  return model;
}

/** Bytes of the packed weights, scales and other tensors. */
export function quantisedBytes({ matrices, others }: QuantisedModel): number {
  let total = 0;
  for (const { packed, scales } of matrices.values()) total += packed.byteLength + scales.byteLength;
  for (const { data } of others.values()) total += data.byteLength;
  return total;
}

/** Writes packed weights and configuration as one safetensors file. */
export function writeQuantised({ config, bits, matrices, others }: QuantisedModel): Uint8Array {
  const tensors = new Map<string, RawTensor>();
  for (const [name, { packed, scales }] of matrices) {
    tensors.set(`${name}.scales`, floats({ shape: [scales.length], data: scales }));
    tensors.set(`${name}.packed`, { type: 'U8', shape: [packed.length], bytes: packed });
  }
  for (const [name, tensor] of others) tensors.set(name, floats(tensor));
  const shapes = Object.fromEntries([...matrices].map(([name, { shape }]) => [name, shape]));
  return writeRawTensors(tensors, {
    format: 'hrm-rex-quantised/1',
    bits: String(bits),
    config: JSON.stringify(config),
    shapes: JSON.stringify(shapes),
  });
}

/** Reads a file of {@link writeQuantised}. Throws `MODEL_FILE_CORRUPT`. */
export function readQuantised(bytes: Uint8Array, file = 'quantised model'): QuantisedModel {
  const { tensors, metadata } = readRawTensors(bytes, file);
  if (metadata.format !== 'hrm-rex-quantised/1') throw corruptFile(file, 'it holds no quantised model');
  const { shapes, config } = readDescription(metadata, file);
  const bits = Number(metadata.bits) as WeightBits;
  if (bits !== 4 && bits !== 8) throw corruptFile(file, `its weights have ${metadata.bits} bits`);
  const matrices = new Map<string, PackedMatrix>();
  const others = new Map<string, HostTensor>();
  for (const [name, { shape, type, bytes: data }] of tensors) {
    if (name.endsWith('.scales')) continue;
    if (!name.endsWith('.packed')) {
      others.set(name, { shape, data: decodeElements(data, type) });
      continue;
    }
    const matrix = name.slice(0, -'.packed'.length);
    const scales = tensors.get(`${matrix}.scales`);
    const [outputs, inputs] = shapes[matrix] ?? [0, 0];
    if (!scales || data.byteLength !== Math.ceil((outputs * inputs * bits) / 8))
      throw corruptFile(file, `${matrix} is incomplete`);
    matrices.set(matrix, {
      shape: [outputs, inputs],
      bits,
      packed: new Uint8Array(data),
      scales: decodeElements(scales.bytes, 'F32'),
    });
  }
  return { config, bits, matrices, others };
}

function readDescription(
  { shapes, config }: Readonly<Record<string, string>>,
  file: string,
): { shapes: Record<string, [number, number]>; config: HrmConfig } {
  try {
    return { shapes: JSON.parse(shapes ?? '{}'), config: JSON.parse(config ?? '{}') };
  } catch (error) {
    throw corruptFile(file, 'its description is no JSON', error);
  }
}

function floats({ shape, data }: HostTensor): RawTensor {
  return { type: 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
