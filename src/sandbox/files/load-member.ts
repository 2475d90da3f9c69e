import { fileError, hasErrno, SystemError } from './file-errors.ts';
import { readSmall, readTyped } from './read-file.ts';
import type { LocalMember } from './read-tree.ts';
import { carriedBytes, exactBytes } from './streams.ts';

/** A member on its way into an archive, with exactly `sizeBytes` of content. */
export interface LoadedMember {
  readonly member: LocalMember;
  readonly sizeBytes: number;
  /** The whole content where it is small, or the way to it where it is not. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

const nothing = new Uint8Array(0);

/** Reads the content of a small file and opens that of a large one when it is asked for; undefined for one that went. */
export async function loadMember(member: LocalMember): Promise<LoadedMember | undefined> {
  if (member.type !== 'file') return { member, sizeBytes: 0, content: nothing };
  const { localPath, sizeBytes } = member.content;
  if (sizeBytes > carriedBytes) return { member, sizeBytes, content: startOf(localPath, sizeBytes) };
  try {
    const bytes = await readSmall(localPath, sizeBytes, carriedBytes);
    return { member, sizeBytes: bytes.length, content: bytes };
  } catch (error) {
    if (hasErrno(error, 'ENOENT') && member.path !== '') return undefined;
    throw fileError(error, 'read', localPath);
  }
}

/** The first `sizeBytes` of a file; what is added while it is read is not part of them. */
function startOf(path: string, sizeBytes: number): AsyncIterable<Uint8Array> {
  const tooShort = new SystemError('EBUSY', 'it became shorter while it was read');
  return exactBytes(readTyped(path, { end: sizeBytes, mostBytes: carriedBytes }), sizeBytes, () =>
    fileError(tooShort, 'read', path),
  );
}
