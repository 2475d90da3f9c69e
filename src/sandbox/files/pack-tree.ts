import { Buffer } from 'node:buffer';
import { basename, resolve } from 'node:path';
import { filesAtOnce, mapAhead } from './concurrency.ts';
import type { TransferOptions } from './file-system.ts';
import { type LoadedMember, loadMember } from './load-member.ts';
import { encodePax, type PaxRecords } from './pax-records.ts';
import { type LocalMember, readTree } from './read-tree.ts';
import { joinChunks } from './streams.ts';
import {
  blockBytes,
  encodeHeader,
  fitName,
  isAscii,
  largestOctal,
  type TarHeader,
  type TarOwner,
} from './tar-header.ts';

/** How {@link packTree} packs. */
export interface PackTreeOptions extends TransferOptions {
  /** Name of the archive's one top member. Default: the name of the source. */
  readonly name?: string;
  /** Whether a member, by its path below the top, is packed. Default: all are. */
  readonly includes?: (path: string) => boolean;
  /** Owner of all members. Default: user and group 0. */
  readonly owner?: TarOwner;
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
  const { name = basename(source) || 'root', includes } = options;
  const all = readTree(source, { ...options, operation: 'pack' });
  yield* packMembers(includes === undefined ? all : selected(all, includes), { ...options, name });
  yield archiveEnd;
}

/** The blocks that end an archive. */
export const archiveEnd: Uint8Array = Buffer.alloc(2 * blockBytes);

/** How {@link packMembers} packs. */
export interface PackMembersOptions extends Pick<PackTreeOptions, 'signal' | 'onProgress' | 'owner'> {
  /** Name of the one top member. */
  readonly name: string;
  /** Gives long names in GNU's way too, for readers that know no pax records (busybox). Default false. */
  readonly gnuNames?: boolean;
}

/** Members as a tar stream without its end. */
export async function* packMembers(
  members: AsyncIterable<LocalMember>,
  options: PackMembersOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, onProgress } = options;
  const carried = { bytes: 0, files: 0 };
  for await (const loaded of mapAhead(members, filesAtOnce, loadMember)) {
    if (loaded === undefined) continue;
    yield* headersOf(loaded, options);
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
}

async function* selected(
  members: AsyncIterable<LocalMember>,
  includes: (path: string) => boolean,
): AsyncGenerator<LocalMember, void, undefined> {
  for await (const member of members) if (member.path === '' || includes(member.path)) yield member;
}

const typeFlags = { file: '0', 'same-file': '1', symlink: '2', directory: '5' };

/** The header of a member, after pax records for what does not fit into it. */
function* headersOf(
  { member, sizeBytes }: LoadedMember,
  { name: top, owner, gnuNames = false }: PackMembersOptions,
): Generator<Buffer, void, undefined> {
  const path = member.path === '' ? top : `${top}/${member.path}`;
  const name = member.type === 'directory' ? `${path}/` : path;
  const linkName = member.type === 'symlink' ? member.target : '';
  const modifiedMs = 'modifiedMs' in member ? (member.modifiedMs ?? 0) : 0;
  const mode = 'mode' in member ? (member.mode ?? 0o777) : 0o777;
  const header = { name, linkName, mode, sizeBytes, modifiedSeconds: modifiedMs / 1000, type: typeFlags[member.type] };
  const records = recordsFor(header);
  if (Object.keys(records).length > 0) yield* extension(header, 'x', encodePax(records));
  if (gnuNames && records.path !== undefined) yield* extension(header, 'L', Buffer.from(`${name}\0`));
  if (gnuNames && records.linkpath !== undefined) yield* extension(header, 'K', Buffer.from(`${linkName}\0`));
  yield encodeHeader({ ...header, ...(owner ? { owner } : {}) });
}

function* extension(header: TarHeader, type: string, bytes: Buffer): Generator<Buffer, void, undefined> {
  yield encodeHeader({ ...header, name: 'pax', linkName: '', mode: 0o644, sizeBytes: bytes.length, type });
  yield bytes;
  yield paddingOf(bytes.length);
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
