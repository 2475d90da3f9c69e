import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { randomId } from '../../../core/ids.ts';
import { withFileErrors } from '../../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../../files/file-system.ts';
import { archiveEnd, packMembers } from '../../files/pack-tree.ts';
import { readTyped } from '../../files/read-file.ts';
import { type LocalMember, readTree } from '../../files/read-tree.ts';
import { carriedBytes, joinChunks } from '../../files/streams.ts';
import { encodeHeader } from '../../files/tar-header.ts';
import { carriedModeBits, type DirectoryMember } from '../../files/tree-member.ts';
import type { FileShell } from './file-shell.ts';
import { endName, treeName, unpackScript } from './tree-scripts.ts';
import { send, sendFramed } from './write-content.ts';
import { placeScript, touchCommands } from './write-scripts.ts';

const operation = 'upload';

/** Name of what lies beside a target while it is made. */
export function temporaryName(): string {
  return `.hrm-rex-${randomId()}.tmp`;
}

/** Carries a local file or directory into a target, by the rules of {@link TransferOptions}. */
export async function uploadTree(
  shell: FileShell,
  source: string,
  path: string,
  options: TransferOptions,
): Promise<TransferResult> {
  options.signal?.throwIfAborted();
  const stats = await withFileErrors(operation, source, () => stat(source));
  if (stats.isDirectory()) return await uploadDirectory(shell, source, path, options);
  return await uploadFile(shell, source, path, options);
}

async function uploadFile(
  shell: FileShell,
  source: string,
  path: string,
  { signal, onProgress }: TransferOptions,
): Promise<TransferResult> {
  const nothing = { files: 0, directories: 0, links: 0, bytes: 0 };
  const { value: member } = await readTree(source, { operation, ...(signal ? { signal } : {}) }).next();
  if (member?.type !== 'file') return nothing;
  const file = {
    mode: (member.mode ?? 0o644) & carriedModeBits,
    finish: member.modifiedMs === undefined ? '' : touchCommands(member.modifiedMs),
  };
  const script = placeScript(path, basename(source), temporaryName(), file);
  const stream = await shell.open(script, { operation, path, signal });
  let bytes = 0;
  await sendFramed(stream, readTyped(source, { signal }), (count) => {
    bytes += count;
    onProgress?.({ bytes, files: 0 });
  });
  onProgress?.({ bytes, files: 1 });
  return { ...nothing, files: 1, bytes };
}

async function uploadDirectory(
  shell: FileShell,
  source: string,
  path: string,
  options: TransferOptions,
): Promise<TransferResult> {
  const { signal, onProgress } = options;
  const count = { files: 0, directories: 0, links: 0, bytes: 0 };
  const members = directoriesTwice(counted(readTree(source, { ...options, operation }), count));
  const archive = packMembers(members, {
    name: treeName,
    gnuNames: true,
    ...(signal ? { signal } : {}),
    onProgress: (progress) => {
      count.bytes = progress.bytes;
      count.files = progress.files;
      onProgress?.(progress);
    },
  });
  const stream = await shell.open(unpackScript(path, temporaryName()), { operation, path, signal });
  await send(stream, joinChunks(closed(archive), carriedBytes));
  return { ...count };
}

async function* counted(
  members: AsyncIterable<LocalMember>,
  count: { directories: number; links: number },
): AsyncGenerator<LocalMember, void, undefined> {
  for await (const member of members) {
    if (member.type === 'directory') count.directories += 1;
    if (member.type === 'symlink') count.links += 1;
    yield member;
  }
}

/**
 * Gives each directory twice: open to its owner before what is below it, and as it is behind that, so that its mode and
 * time are set when nothing changes it any more. A busybox `tar` that is not root's heeds the first mode only.
 */
async function* directoriesTwice(members: AsyncIterable<LocalMember>): AsyncGenerator<LocalMember, void, undefined> {
  const open: DirectoryMember[] = [];
  for await (const member of members) {
    while (open.length > 0 && !isBelow(member.path, (open.at(-1) as DirectoryMember).path)) {
      yield open.pop() as DirectoryMember;
    }
    yield member.type === 'directory' ? { ...member, mode: (member.mode ?? 0) | 0o700 } : member;
    if (member.type === 'directory') open.push(member);
  }
  yield* open.reverse();
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** An archive that ends in a member which says that it is whole. */
async function* closed(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* archive;
  yield encodeHeader({ name: endName, mode: 0o600, sizeBytes: 0, modifiedSeconds: 0, type: '0', linkName: '' });
  yield archiveEnd;
}
