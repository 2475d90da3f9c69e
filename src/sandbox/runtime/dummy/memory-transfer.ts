import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { hasErrno, SystemError, withFileErrors } from '../../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../../files/file-system.ts';
import { type LocalMember, readTree } from '../../files/read-tree.ts';
import type { TreeMember } from '../../files/tree-member.ts';
import { TreeWriter, type TreeWriterOptions } from '../../files/tree-writer.ts';
import { type MemoryNode, type MemoryTree, newDirectory } from './memory-tree.ts';

const maximumPath = 4096;

/** Copies a local file or directory into a tree in memory. */
export async function uploadToMemory(
  tree: MemoryTree,
  source: string,
  target: string,
  options: TransferOptions,
): Promise<TransferResult> {
  const carried = { files: 0, directories: 0, links: 0, bytes: 0 };
  let top = tree.absolute(target);
  for await (const member of readTree(source, { ...options, operation: 'upload' })) {
    const isOwnName = member.path === '' && member.type !== 'directory';
    if (isOwnName && isDirectory(tree, top)) top = posix.join(top, basename(source));
    await placeMember(tree, posix.join(top, member.path), member);
    carried[member.type === 'directory' ? 'directories' : member.type === 'symlink' ? 'links' : 'files']++;
    if (member.type === 'file') carried.bytes += member.content.sizeBytes;
    options.onProgress?.({ bytes: carried.bytes, files: carried.files });
  }
  return carried;
}

/** Copies a file or directory of a tree in memory to a local path. */
export async function downloadFromMemory(
  tree: MemoryTree,
  source: string,
  target: string,
  options: TreeWriterOptions & TransferOptions,
): Promise<TransferResult> {
  const { path: top } = tree.locate(source, true);
  const writer = new TreeWriter(target, options);
  for (const member of members(tree, top, '', options.followLinks ?? false)) await writer.add(member);
  return await writer.finish();
}

/** What is at a place and below it, the top first. */
function* members(tree: MemoryTree, top: string, path: string, follow: boolean): Generator<TreeMember> {
  const location = posix.join(top, path);
  if (path.length > maximumPath) throw new SystemError('ELOOP', 'its links lead in a circle');
  const node = tree.find(location, follow || path === '');
  yield toMember(path, node, posix.basename(top));
  if (node.type !== 'directory') return;
  for (const name of [...node.entries.keys()].sort()) yield* members(tree, top, posix.join(path, name), follow);
}

async function placeMember(tree: MemoryTree, path: string, member: LocalMember): Promise<void> {
  const place = tree.placeIn(path, { follow: member.path === '', parents: true });
  const isThereDirectory = place.node?.type === 'directory';
  if (place.node && isThereDirectory !== (member.type === 'directory')) {
    if (isThereDirectory || member.type === 'directory') throw new SystemError('EEXIST');
  }
  if (isThereDirectory) return;
  const node = await toNode(member);
  tree.put(place, node);
}

async function toNode(member: LocalMember): Promise<MemoryNode> {
  const modifiedMs = 'modifiedMs' in member ? (member.modifiedMs ?? Date.now()) : Date.now();
  if (member.type === 'directory') return newDirectory(member.mode ?? 0o755, modifiedMs);
  if (member.type === 'symlink') return { type: 'symlink', target: member.target, mode: 0o777, modifiedMs };
  if (member.type !== 'file') throw new SystemError('ENOTSUP', `no ${member.type} in memory`);
  const { localPath } = member.content;
  const bytes = await withFileErrors('read', localPath, () => readFile(localPath));
  return { type: 'file', bytes, mode: member.mode ?? 0o644, modifiedMs };
}

function toMember(path: string, node: MemoryNode, name: string): TreeMember {
  const { type, mode, modifiedMs } = node;
  const ownName = path === '' ? { ownName: name } : {};
  switch (type) {
    case 'file':
      return { type, path, mode, modifiedMs, content: node.bytes, ...ownName };
    case 'directory':
      return { type, path, mode, modifiedMs };
    case 'symlink':
      return { type, path, target: node.target, modifiedMs };
  }
}

function isDirectory(tree: MemoryTree, path: string): boolean {
  try {
    return tree.find(path, true).type === 'directory';
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
