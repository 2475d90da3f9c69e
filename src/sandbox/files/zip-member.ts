import { Buffer } from 'node:buffer';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createDeflateRaw, deflateRaw } from 'node:zlib';
import { loadMember } from './load-member.ts';
import type { LocalMember } from './read-tree.ts';
import type { ZipContentFacts, ZipEntry } from './zip-records.ts';

/** A member on its way into a zip. */
export interface ZipMember {
  readonly entry: ZipEntry;
  readonly isFile: boolean;
  /** Complete when the content of a streamed member is read, from the start for others. */
  readonly facts: ZipContentFacts;
  /** The content as it lies in the zip. */
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const fileType = { directory: 0o040000, file: 0o100000, symlink: 0o120000 };

/** Members from this size on get 64-bit sizes; what deflate adds to content that it cannot shrink fits below 4 GiB. */
const largeBytes = 0xffffffff - 16 * 1024 * 1024;

/** Reads and compresses a small member, opens a large one; undefined for the top directory and for one that went. */
export async function loadZipMember(member: LocalMember): Promise<ZipMember | undefined> {
  const path = member.path === '' ? (member.ownName ?? '') : member.path;
  if (member.type === 'same-file' || (member.type === 'directory' && member.path === '')) return undefined;
  const entry = {
    name: Buffer.from(member.type === 'directory' ? `${path}/` : path),
    unixMode: fileType[member.type] | (member.type === 'symlink' ? 0o777 : (member.mode ?? 0)),
    modifiedMs: member.modifiedMs ?? 0,
    isLarge: false,
  };
  if (member.type !== 'file')
    return wholeMember(entry, Buffer.from(member.type === 'symlink' ? member.target : ''), false);
  const loaded = await loadMember(member);
  if (loaded === undefined) return undefined;
  if (loaded.content instanceof Uint8Array) return wholeMember(entry, loaded.content, true);
  const facts = { crc: 0, compressedBytes: 0, sizeBytes: 0 };
  return {
    entry: { ...entry, isDeflated: true, isStreamed: true, isLarge: loaded.sizeBytes >= largeBytes },
    isFile: true,
    facts,
    content: deflated(loaded.content, facts),
  };
}

const deflateWhole = promisify(deflateRaw);

async function wholeMember(
  entry: Omit<ZipEntry, 'isDeflated' | 'isStreamed'>,
  bytes: Uint8Array,
  isFile: boolean,
): Promise<ZipMember> {
  const smaller = isFile && bytes.length > 0 ? await deflateWhole(bytes) : bytes;
  const isDeflated = smaller.length < bytes.length;
  const content = isDeflated ? smaller : bytes;
  const facts = { crc: crc32(bytes), compressedBytes: content.length, sizeBytes: bytes.length };
  return { entry: { ...entry, isDeflated, isStreamed: false }, isFile, facts, content: [content] };
}

/** Content as it is compressed, with what is found out about it on the way. */
async function* deflated(
  content: AsyncIterable<Uint8Array>,
  facts: { crc: number; compressedBytes: number; sizeBytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of content) {
      facts.crc = crc32(chunk, facts.crc);
      facts.sizeBytes += chunk.length;
      yield chunk;
    }
  }
  const deflater = createDeflateRaw();
  const feeding = pipeline(counted, deflater);
  feeding.catch(() => {});
  try {
    for await (const chunk of deflater as AsyncIterable<Uint8Array>) {
      facts.compressedBytes += chunk.length;
      yield chunk;
    }
  } finally {
    await feeding.catch(() => {});
  }
}
