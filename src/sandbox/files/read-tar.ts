import { RexError } from '../../core/errors.ts';
import { ByteReader } from './byte-reader.ts';
import { decodePax, type PaxRecords } from './pax-records.ts';
import { chunkBytes } from './streams.ts';
import { blockBytes, decodeHeader, type ReadHeader, readText, type TarHeader } from './tar-header.ts';

/** A member of a tar archive, with what its extended headers say. */
export interface TarEntry extends Omit<TarHeader, 'modifiedSeconds'> {
  readonly modifiedMs: number;
  /** Whole where it is small; a stream is read, or left, before the next member is asked for. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Most bytes of pax records or of a GNU name. */
const largestExtension = 1024 * 1024;

/** Headers that speak of the next member: pax records, for one or for all that follow, and long names of GNU. */
const extensionTypes = new Set(['x', 'X', 'g', 'L', 'K']);

/** Types that may have a size without having content: links, devices, directories, pipes. */
const hollowTypes = new Set(['1', '2', '3', '4', '5', '6']);

/**
 * The members of a tar stream: POSIX ustar and pax, GNU long names and numbers, V7. All of the stream is read.
 *
 * @throws UNSUPPORTED for sparse files, a plain error for what is no tar or has no end mark, what the stream throws
 */
export async function* readTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(archive);
  let everywhere: PaxRecords = {};
  let here: PaxRecords = {};
  try {
    for (let block = await reader.take(blockBytes); !isZero(block); block = await reader.take(blockBytes)) {
      const header = decodeHeader(block);
      if (header.type === 'g') {
        everywhere = { ...everywhere, ...(await readExtension(reader, header)) };
      } else if (extensionTypes.has(header.type)) {
        here = { ...here, ...(await readExtension(reader, header)) };
      } else {
        yield* readMember(reader, applyRecords(header, { ...everywhere, ...here }));
        here = {};
      }
    }
    // What follows the end mark is filling.
    while ((await reader.some(chunkBytes)).length > 0);
  } finally {
    await reader.close();
  }
}

async function readExtension(reader: ByteReader, { sizeBytes, type }: ReadHeader): Promise<PaxRecords> {
  if (sizeBytes > largestExtension) throw new Error('a header is too long');
  const bytes = await reader.take(sizeBytes);
  await skipPadding(reader, sizeBytes);
  if (type === 'L') return { path: needName(readText(bytes)) };
  return type === 'K' ? { linkpath: needName(readText(bytes)) } : decodePax(bytes);
}

type Facts = Omit<TarEntry, 'content'>;

function applyRecords(header: ReadHeader, records: PaxRecords): Facts {
  const { path, linkpath, mtime, size } = records;
  const name = needName(path ?? header.name);
  const isSparse = header.type === 'S' || Object.keys(records).some((key) => key.startsWith('GNU.sparse.'));
  if (isSparse) throw unsupportedSparse(name);
  const sizeBytes = size === undefined ? header.sizeBytes : Number(size);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new Error('a member has an impossible size');
  const seconds = mtime === undefined ? header.modifiedSeconds : Number(mtime);
  if (!Number.isFinite(seconds)) throw new Error('a member has an impossible time');
  return {
    name,
    mode: header.mode,
    type: header.type === '0' && name.endsWith('/') ? '5' : header.type,
    linkName: needName(linkpath ?? header.linkName),
    sizeBytes: hollowTypes.has(header.type) ? 0 : sizeBytes,
    modifiedMs: Math.round(seconds * 1e6) / 1e3,
  };
}

function needName(name: string | undefined): string {
  if (name === undefined) throw new Error('a name in it is not UTF-8');
  return name;
}

async function* readMember(reader: ByteReader, facts: Facts): AsyncGenerator<TarEntry, void, undefined> {
  let missing = facts.sizeBytes;
  async function* rest(): AsyncGenerator<Uint8Array, void, undefined> {
    while (missing > 0) {
      const part = await reader.some(Math.min(missing, chunkBytes));
      if (part.length === 0) throw new Error('it is cut short');
      missing -= part.length;
      yield part;
    }
  }
  if (facts.sizeBytes <= chunkBytes) {
    yield { ...facts, content: await reader.take(facts.sizeBytes) };
  } else {
    yield { ...facts, content: rest() };
    for await (const _ of rest());
  }
  await skipPadding(reader, facts.sizeBytes);
}

async function skipPadding(reader: ByteReader, sizeBytes: number): Promise<void> {
  await reader.take((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

const zero = new Uint8Array(blockBytes);

function isZero(block: Uint8Array): boolean {
  return block[0] === 0 && Buffer.compare(block, zero) === 0;
}

function unsupportedSparse(name: string): RexError<'UNSUPPORTED'> {
  const hint = 'Make the archive without `--sparse`.';
  return new RexError(
    'UNSUPPORTED',
    `cannot unpack ${name}: it is a sparse file`,
    { feature: 'sparse files in tar' },
    { hint },
  );
}
