import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { RexError } from '../../core/errors.ts';
import { chunkBytes } from './streams.ts';
import type { ZipReader } from './zip-reader.ts';

const stored = 0;
const inflateWhole = promisify(inflateRaw);

/**
 * The content of a zip member, at once where it is small and as a stream where it is not, with its length and its
 * checksum verified.
 *
 * @throws UNSUPPORTED for encryption and for compression other than deflate, a plain error for damage
 */
export async function zipContent(
  zip: ZipFile,
  reader: ZipReader,
  entry: Entry,
  name: string,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  if (entry.isEncrypted()) throw unsupported(name, 'it is encrypted');
  if (!entry.canDecodeFileData()) throw unsupported(name, `its compression method is ${entry.compressionMethod}`);
  const isSmall = entry.uncompressedSize <= chunkBytes && entry.compressedSize <= 2 * chunkBytes;
  if (!isSmall) return checkedStream(zip, entry, name);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = await reader.bytes(fileDataStart, entry.compressedSize);
  const bytes =
    entry.compressionMethod === stored
      ? packed
      : await inflateWhole(packed, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  if (bytes.length !== entry.uncompressedSize) throw new Error(`wrong length of file '${name}'`);
  checkSum(crc32(bytes), entry, name);
  return bytes;
}

async function* checkedStream(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  let crc = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  checkSum(crc, entry, name);
}

function checkSum(crc: number, entry: Entry, name: string): void {
  if (crc !== entry.crc32) throw new Error(`Bad CRC-32 for file '${name}'`);
}

function unsupported(name: string, reason: string): RexError<'UNSUPPORTED'> {
  const hint = 'Make the zip anew, without encryption and with deflate.';
  return new RexError(
    'UNSUPPORTED',
    `cannot extract ${name}: ${reason}`,
    { feature: `zip member: ${reason}` },
    { hint },
  );
}
