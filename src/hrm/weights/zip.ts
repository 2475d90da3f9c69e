import { corruptFile } from './corrupt.ts';

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;

/** Uncompressed members of a zip file by name, as views (what PyTorch writes). Throws `MODEL_FILE_CORRUPT`. */
export function readStoredZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = new Map<string, Uint8Array>();
  try {
    let { at, count } = findDirectory(view, file);
    for (; count > 0; count--) {
      if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw corruptFile(file, 'its directory is damaged');
      const { name, span, next } = readEntry(bytes, view, at, file);
      members.set(name, span);
      at = next;
    }
  } catch (error) {
    throw error instanceof RangeError ? corruptFile(file, 'it ends inside its directory', error) : error;
  }
  return members;
}

function findDirectory(view: DataView, file: string): { at: number; count: number } {
  for (let end = view.byteLength - 22; end >= Math.max(0, view.byteLength - 65_557); end--) {
    if (view.getUint32(end, true) !== END_OF_DIRECTORY) continue;
    if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
      const record = Number(view.getBigUint64(end - 12, true));
      if (view.getUint32(record, true) !== END_OF_DIRECTORY_64) break;
      return { at: Number(view.getBigUint64(record + 48, true)), count: Number(view.getBigUint64(record + 32, true)) };
    }
    return { at: view.getUint32(end + 16, true), count: view.getUint16(end + 10, true) };
  }
  throw corruptFile(file, 'it is no complete zip file');
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  file: string,
): { name: string; span: Uint8Array; next: number } {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
    number,
    number,
    number,
  ];
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  if (view.getUint16(at + 10, true) !== 0) throw corruptFile(file, `${name} is compressed, which PyTorch never does`);
  const [size, local] = readSizes(view, at, at + 46 + nameLength, extraLength);
  if (view.getUint32(local, true) !== LOCAL_ENTRY) throw corruptFile(file, `${name} is not where the directory says`);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > bytes.byteLength) throw corruptFile(file, `${name} lies beyond the end of the file`);
  return { name, span: bytes.subarray(start, start + size), next: at + 46 + nameLength + extraLength + commentLength };
}

/** Size and position of a member; values of 2³² − 1 stand in the zip64 extra field. */
function readSizes(view: DataView, at: number, extra: number, extraLength: number): [size: number, local: number] {
  let size = view.getUint32(at + 24, true);
  let local = view.getUint32(at + 42, true);
  for (let field = extra; field + 4 <= extra + extraLength; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let value = field - 4;
    const next = (): number => {
      value += 8;
      return Number(view.getBigUint64(value, true));
    };
    if (size === 0xffffffff) size = next();
    if (view.getUint32(at + 20, true) === 0xffffffff) next();
    if (local === 0xffffffff) local = next();
  }
  return [size, local];
}
