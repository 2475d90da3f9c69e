import { resolve } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { filesAtOnce, forEachAtOnce } from './concurrency.ts';
import { brokenArchive, SourceError } from './file-errors.ts';
import type { TransferOptions, TransferResult } from './file-system.ts';
import { readTar, type TarEntry } from './read-tar.ts';
import { abortable, retyped } from './streams.ts';
import type { TreeMember } from './tree-member.ts';
import { TreeWriter } from './tree-writer.ts';

/** How {@link unpackTree} unpacks. */
export interface UnpackTreeOptions extends Pick<TransferOptions, 'signal' | 'onProgress'> {
  /** Leading parts that the path of every member loses; members with fewer are left out. Default 1: the one top. */
  readonly strip?: number;
  /** Name of the operation in errors. Default `unpack`. */
  readonly operation?: string;
}

/**
 * Writes what a tar stream holds to a target, in constant memory: the archive's top member becomes the target, by the
 * rules of {@link TransferOptions}. It is the other half of `packTree`, and reads what GNU tar, Python and Docker write.
 * Devices and pipes are left out; owners, set-id and sticky bits are not set.
 *
 * @throws PATH_ESCAPE for a member that is absolute, has a part `..`, or leads through a link; FILE_ERROR with errno
 * `EBADMSG` (see `isBrokenArchive`) for what is no tar or is cut short; UNSUPPORTED for sparse files; what the stream
 * itself throws
 */
export async function unpackTree(
  archive: AsyncIterable<Uint8Array>,
  target: string,
  options: UnpackTreeOptions = {},
): Promise<TransferResult> {
  const { signal, strip = 1, operation = 'unpack' } = options;
  const top = resolve(target);
  const writer = new TreeWriter(top, { ...options, operation });
  const source = retyped(abortable(archive, signal), (error) => new SourceError(error));
  const typed = (error: unknown): unknown => {
    if (error instanceof SourceError) return error.cause;
    return RexError.is(error)
      ? error
      : brokenArchive(top, operation, `no whole tar: ${(error as Error).message}`, error);
  };
  const unpack = async (entry: TarEntry): Promise<void> => {
    const member = memberOf(entry, strip, top, typed);
    if (member !== undefined) await writer.add(member);
  };
  await forEachAtOnce(retyped(readTar(source), typed), filesAtOnce, unpack, { isAlone: isStreamed });
  return writer.finish();
}

function isStreamed({ content }: TarEntry): boolean {
  return !(content instanceof Uint8Array);
}

/** What is to be written, or undefined for what is left out. */
function memberOf(
  { name, type, mode, modifiedMs, linkName, content }: TarEntry,
  strip: number,
  top: string,
  typed: (error: unknown) => unknown,
): TreeMember | undefined {
  const parts = partsOf(name, top);
  if (parts.length < strip) return undefined;
  const path = parts.slice(strip).join('/');
  const facts = { path, ...(path === '' ? { ownName: parts.at(-1) ?? '' } : {}), mode, modifiedMs };
  switch (type) {
    case '0':
    case '7':
      return { ...facts, type: 'file', content: content instanceof Uint8Array ? content : retyped(content, typed) };
    case '1':
      return { ...facts, type: 'same-file', original: partsOf(linkName, top).slice(strip).join('/') };
    case '2':
      return { ...facts, type: 'symlink', target: linkName };
    case '5':
      return { ...facts, type: 'directory' };
    default:
      return undefined;
  }
}

/** The parts of a member's path. @throws PATH_ESCAPE where it could lead out of the target */
function partsOf(name: string, top: string): string[] {
  const parts = name.split('/');
  if (!name.startsWith('/') && !parts.includes('..')) return parts.filter((part) => part !== '' && part !== '.');
  const hint = 'An archive may only hold relative paths without `..`.';
  const context = { path: name, operation: 'unpack', root: top };
  throw new RexError('PATH_ESCAPE', `cannot unpack ${name}: it leads outside ${top}`, context, { hint });
}
