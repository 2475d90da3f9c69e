import type { HostTensor, StateDict } from '../model/host-tensor.ts';
import { sizeOf } from '../model/host-tensor.ts';
import { corruptFile } from './corrupt.ts';
import { decodeElements, type ElementType, elementBytes } from './element-types.ts';

/** A tensor of a safetensors file, with the element type that it is stored in. */
export interface StoredTensor extends HostTensor {
  readonly type: ElementType;
}

/** A tensor as a file holds it. */
export interface RawTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian elements, row-major. */
  readonly bytes: Uint8Array;
}

/** Contents of a safetensors file. */
export interface Safetensors {
  /** Every tensor as float32, by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The file's own strings. */
  readonly metadata: Readonly<Record<string, string>>;
}

const SPACE = 32;
const LARGEST_HEADER_BYTES = 100_000_000;

/**
 * Reads a safetensors file. `file` names it in errors. Throws `MODEL_FILE_CORRUPT` for a file that is truncated, has an unreadable
 * header, an unknown element type, or tensors that overlap, leave gaps or reach beyond its end.
 */
export function readSafetensors(bytes: Uint8Array, file = 'safetensors'): Safetensors {
  const { tensors, metadata } = readRawTensors(bytes, file);
  const decode = ({ type, shape, bytes }: RawTensor): StoredTensor => ({
    type,
    shape,
    data: decodeElements(bytes, type),
  });
  return { tensors: new Map([...tensors].map(([name, tensor]) => [name, decode(tensor)])), metadata };
}

/** Writes float32 tensors as a safetensors file, names in the given order. */
export function writeSafetensors(state: StateDict, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const encode = ({ shape, data }: HostTensor): RawTensor => ({
    type: 'F32',
    shape,
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
  return writeRawTensors(new Map([...state].map(([name, tensor]) => [name, encode(tensor)])), metadata);
}

/** As {@link readSafetensors}, without decoding. */
export function readRawTensors(
  bytes: Uint8Array,
  file: string,
): { tensors: Map<string, RawTensor>; metadata: Readonly<Record<string, string>> } {
  const { header, dataStart } = readHeader(bytes, file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const data = bytes.subarray(dataStart);
  const tensors = new Map<string, RawTensor>();
  const spans: [start: number, end: number][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: span } = checkEntry(name, entry, data.byteLength, file);
    spans.push(span);
    tensors.set(name, { type: dtype, shape, bytes: data.subarray(...span) });
  }
  spans.sort(([a, aEnd], [b, bEnd]) => a - b || aEnd - bEnd);
  let at = 0;
  for (const [start, end] of spans) {
    if (start !== at) throw corruptFile(file, `tensor data overlaps or has a gap at byte ${start}`);
    at = end;
  }
  if (at !== data.byteLength) throw corruptFile(file, `${data.byteLength - at} bytes follow the last tensor`);
  return { tensors, metadata: metadata as Record<string, string> };
}

/** As {@link writeSafetensors}, for elements of any type. */
export function writeRawTensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let at = 0;
  for (const [name, { type, shape, bytes }] of tensors) {
    header.push([name, { dtype: type, shape, data_offsets: [at, at + bytes.byteLength] }]);
    at += bytes.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const head = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(SPACE);
  head.set(text);
  const file = new Uint8Array(8 + head.length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let position = 8 + head.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, position);
    position += bytes.byteLength;
  }
  return file;
}

interface Entry {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data_offsets: [number, number];
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) throw corruptFile(file, 'it is shorter than its own header');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > LARGEST_HEADER_BYTES || 8 + length > bytes.byteLength) {
    throw corruptFile(file, `its header claims ${length} bytes, the file has ${bytes.byteLength}`);
  }
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return { header, dataStart: 8 + length };
  } catch (error) {
    throw corruptFile(file, 'its header is no JSON', error);
  }
  throw corruptFile(file, 'its header is no JSON object');
}

function checkEntry(name: string, entry: unknown, available: number, file: string): Entry {
  const { dtype, shape, data_offsets: span } = (entry ?? {}) as Partial<Entry>;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!dtype || !Object.hasOwn(elementBytes, dtype)) throw corruptFile(file, `${name} has the unknown type ${dtype}`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw corruptFile(file, `${name} has no shape`);
  if (!Array.isArray(span) || span.length !== 2 || !span.every(isCount))
    throw corruptFile(file, `${name} has no offsets`);
  const [start, end] = span as [number, number];
  if (start > end || end > available) throw corruptFile(file, `${name} lies beyond the end of the file`);
  if (end - start !== sizeOf(shape) * elementBytes[dtype]) {
    throw corruptFile(
      file,
      `${name} has ${end - start} bytes, its shape [${shape}] needs ${sizeOf(shape) * elementBytes[dtype]}`,
    );
  }
  return { dtype, shape, data_offsets: [start, end] };
}
