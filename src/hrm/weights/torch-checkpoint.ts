import { type HostTensor, sizeOf } from '../model/host-tensor.ts';
import { corruptFile } from './corrupt.ts';
import { decodeElements, type ElementType, elementBytes } from './element-types.ts';
import { type PickledGlobal, readPickle } from './pickle.ts';
import { readStoredZip } from './zip.ts';

const STORAGE_TYPES: Readonly<Record<string, ElementType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** A storage whose elements are decoded when a tensor first needs them. */
interface Storage {
  readonly type: ElementType;
  readonly bytes: Uint8Array;
}

/**
 * Reads a state dict saved by `torch.save` (zip and pickle) without running code: only tensors and ordered dicts are understood.
 * Prefixes of `torch.compile` (`_orig_mod.`) are removed; bfloat16 and float16 become float32.
 * Throws `MODEL_FILE_CORRUPT` for a damaged file and for a pickle that names anything else.
 */
export function readTorchCheckpoint(bytes: Uint8Array, file = 'checkpoint'): Map<string, HostTensor> {
  const members = readStoredZip(bytes, file);
  const pickle = [...members.keys()].find((name) => name.endsWith('/data.pkl'));
  if (!pickle) throw corruptFile(file, 'it holds no data.pkl, so torch.save did not write it');
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = members.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little') throw corruptFile(file, 'it is big-endian');
  const root = readPickle(
    members.get(pickle) as Uint8Array,
    { call: (name, args) => answerCall(name, args, file), persistent: (id) => findStorage(id, members, folder, file) },
    file,
  );
  if (!(root instanceof Map)) throw corruptFile(file, 'it holds no state dict');
  const state = new Map<string, HostTensor>();
  for (const [name, value] of root) {
    if (typeof name !== 'string' || !isTensor(value)) throw corruptFile(file, `its entry ${String(name)} is no tensor`);
    state.set(name.replace(/^(_orig_mod\.)+/, ''), value);
  }
  return state;
}

/** The only calls that are answered: they build tensors and dicts here, whatever the names mean elsewhere. */
function answerCall(name: string, args: readonly unknown[], file: string): unknown {
  if (name === 'collections.OrderedDict') return new Map((args[0] ?? []) as [unknown, unknown][]);
  if (name === 'torch._utils._rebuild_parameter') return args[0];
  if (name !== 'torch._utils._rebuild_tensor_v2')
    throw corruptFile(file, `its pickle calls ${name}, which weights do not need`);
  const [storage, offset, shape, strides] = args as [Storage, number, number[], number[]];
  const counts = [offset, ...(Array.isArray(shape) ? shape : [-1]), ...(Array.isArray(strides) ? strides : [-1])];
  if (!(storage?.bytes instanceof Uint8Array) || !counts.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw corruptFile(file, 'one of its tensors is malformed');
  }
  return gather(storage, offset, shape, strides, file);
}

/** Elements of a view of a storage, row-major. */
function gather(
  { type, bytes }: Storage,
  offset: number,
  shape: number[],
  strides: number[],
  file: string,
): HostTensor {
  const count = sizeOf(shape);
  const last = offset + shape.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] ?? 0), 0);
  if (strides.length !== shape.length || (count > 0 && (last + 1) * elementBytes[type] > bytes.byteLength)) {
    throw corruptFile(file, 'one of its tensors reaches beyond its storage');
  }
  if (isContiguous(shape, strides)) {
    const width = elementBytes[type];
    return { shape, data: decodeElements(bytes.subarray(offset * width, (offset + count) * width), type) };
  }
  const all = decodeElements(bytes, type);
  const data = Float32Array.from({ length: count }, (_, index) => {
    let rest = index;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % (shape[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return all[at] as number;
  });
  return { shape, data };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis] as number;
  }
  return true;
}

function findStorage(id: unknown, members: ReadonlyMap<string, Uint8Array>, folder: string, file: string): Storage {
  const [kind, global, key] = (Array.isArray(id) ? id : []) as [unknown, PickledGlobal | undefined, unknown];
  const type = STORAGE_TYPES[global?.global ?? ''];
  const bytes = members.get(`${folder}data/${String(key)}`);
  if (kind !== 'storage' || !type)
    throw corruptFile(file, `its pickle refers to ${global?.global ?? 'an unknown object'}`);
  if (!bytes) throw corruptFile(file, `storage ${String(key)} is missing`);
  return { type, bytes };
}

function isTensor(value: unknown): value is HostTensor {
  return (value as HostTensor | null)?.data instanceof Float32Array;
}
