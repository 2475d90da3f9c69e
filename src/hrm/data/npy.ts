import { sizeOf } from '../model/host-tensor.ts';
import { corruptData } from './corrupt-data.ts';

/** An integer array of a .npy file. */
export interface IntegerArray {
  readonly shape: readonly number[];
  readonly data: Int32Array;
}

const MAGIC = '\x93NUMPY';
const TYPES = { '|u1': 1, '|i1': 1, '<u2': 2, '<i2': 2, '<i4': 4, '<u4': 4, '<i8': 8 } as const;
type NpyType = keyof typeof TYPES;

/** Reads a little-endian, C-ordered integer array. Throws `DATA_FILE_CORRUPT` for anything else and for truncated files. */
export function readNpy(bytes: Uint8Array, file = 'npy'): IntegerArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 10 || latin1(bytes.subarray(0, 6)) !== MAGIC) throw corruptData(file, 'it is no .npy file');
  const isFirstVersion = bytes[6] === 1;
  const headerStart = isFirstVersion ? 10 : 12;
  if (bytes.byteLength < headerStart) throw corruptData(file, 'it ends inside its header');
  const dataStart = headerStart + (isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true));
  const { type, shape } = parseHeader(latin1(bytes.subarray(headerStart, dataStart)), file);
  const count = sizeOf(shape);
  if (bytes.byteLength - dataStart !== count * TYPES[type]) {
    throw corruptData(
      file,
      `shape [${shape}] needs ${count * TYPES[type]} bytes, ${bytes.byteLength - dataStart} are there`,
    );
  }
  const data = Int32Array.from({ length: count }, (_, index) => readers[type](view, dataStart + index * TYPES[type]));
  return { shape, data };
}

/** Writes an array as bytes (`u1`) or 32-bit integers (`i4`), NPY version 1. */
export function writeNpy({ shape, data }: IntegerArray, type: 'u1' | 'i4'): Uint8Array {
  const dimensions = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type === 'u1' ? '|u1' : '<i4'}', 'fortran_order': False, 'shape': ${dimensions}, }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const elements = type === 'u1' ? Uint8Array.from(data) : data;
  const bytes = new Uint8Array(10 + header.length + elements.byteLength);
  bytes.set([...`${MAGIC}\x01\x00`].map((character) => character.charCodeAt(0)));
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), 10 + header.length);
  return bytes;
}

function parseHeader(header: string, file: string): { type: NpyType; shape: number[] } {
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || dimensions === undefined) throw corruptData(file, 'its header is unreadable');
  if (!Object.hasOwn(TYPES, type)) throw corruptData(file, `elements of type ${type} are no integers`);
  if (!/'fortran_order':\s*False/.test(header)) throw corruptData(file, 'it is in Fortran order');
  const shape = dimensions
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw corruptData(file, 'its shape is unreadable');
  return { type: type as NpyType, shape };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

const readers: Readonly<Record<NpyType, (view: DataView, at: number) => number>> = {
  '|u1': (view, at) => view.getUint8(at),
  '|i1': (view, at) => view.getInt8(at),
  '<u2': (view, at) => view.getUint16(at, true),
  '<i2': (view, at) => view.getInt16(at, true),
  '<i4': (view, at) => view.getInt32(at, true),
  '<u4': (view, at) => view.getUint32(at, true),
  '<i8': (view, at) => Number(view.getBigInt64(at, true)),
};
