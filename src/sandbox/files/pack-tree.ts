import { Buffer } from 'node:buffer';
import { basename, resolve } from 'node:path';
import { filesAtOnce, mapAhead } from './concurrency.ts';
import type { TransferOptions } from './file-system.ts';
import { type LoadedMember, loadMember } from './load-member.ts';
import { encodePax, type PaxRecords } from './pax-records.ts';
import { readTree } from './read-tree.ts';
import { joinChunks } from './streams.ts';
import { blockBytes, encodeHeader, fitName, isAscii, largestOctal, type TarHeader } from './tar-header.ts';

/** How {@link packTree} packs. */
export interface PackTreeOptions extends TransferOptions {
  /** Name of the archive's one top member. Default: the name of the source. */
  readonly name?: string;
}

/**
 * A local file or directory as a tar stream (POSIX pax) with one top member, in constant memory. Modes, links, times to
 * the microsecond, empty directories and names of any length are kept; owners are not. Ending the loop early closes
 * everything.
 */
export function packTree(source: string, options: PackTreeOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  return joinChunks(tarBytes(resolve(source), options));
}

async function* tarBytes(source: string, options: PackTreeOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, onProgress, name = basename(source) || 'root' } = options;
  const carried = { bytes: 0, files: 0 };
  const members = readTree(source, { ...options, operation: 'pack' });
  for await (const loaded of mapAhead(members, filesAtOnce, loadMember)) {
    if (loaded === undefined) continue;
    yield* headersOf(loaded, name);
    for await (const chunk of loaded.content instanceof Uint8Array ? [loaded.content] : loaded.content) {
      signal?.throwIfAborted();
      yield chunk;
      carried.bytes += chunk.length;
      onProgress?.({ ...carried });
    }
    yield paddingOf(loaded.sizeBytes);
    if (loaded.member.type === 'file') carried.files += 1;
  }
  onProgress?.({ ...carried });
  yield Buffer.alloc(2 * blockBytes);
}

const typeFlags = { file: '0', 'same-file': '1', symlink: '2', directory: '5' };

/** The header of a member, after pax records for what does not fit into it. */
function* headersOf({ member, sizeBytes }: LoadedMember, top: string): Generator<Buffer, void, undefined> {
  const path = member.path === '' ? top : `${top}/${member.path}`;
  const name = member.type === 'directory' ? `${path}/` : path;
  const linkName = member.type === 'symlink' ? member.target : '';
  const modifiedMs = 'modifiedMs' in member ? (member.modifiedMs ?? 0) : 0;
  const mode = 'mode' in member ? (member.mode ?? 0o777) : 0o777;
  const header = { name, linkName, mode, sizeBytes, modifiedSeconds: modifiedMs / 1000, type: typeFlags[member.type] };
  const records = recordsFor(header);
  if (Object.keys(records).length > 0) {
    const bytes = encodePax(records);
    yield encodeHeader({ ...header, name: 'pax', linkName: '', mode: 0o644, sizeBytes: bytes.length, type: 'x' });
    yield bytes;
    yield paddingOf(bytes.length);
  }
  yield encodeHeader(header);
}

function recordsFor({ name, linkName, sizeBytes, modifiedSeconds }: TarHeader): PaxRecords {
  const isPlainTime = Number.isInteger(modifiedSeconds) && modifiedSeconds >= 0 && modifiedSeconds <= largestOctal;
  return {
    ...(fitName(name) === undefined ? { path: name } : {}),
    ...(isAscii(linkName) && linkName.length <= 100 ? {} : { linkpath: linkName }),
    ...(isPlainTime ? {} : { mtime: modifiedSeconds.toFixed(6) }),
    ...(sizeBytes > largestOctal ? { size: String(sizeBytes) } : {}),
  };
}

function paddingOf(sizeBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}
