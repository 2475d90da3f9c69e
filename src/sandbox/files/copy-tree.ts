import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { filesAtOnce, forEachAtOnce } from './concurrency.ts';
import { withFileErrors } from './file-errors.ts';
import type { TransferOptions, TransferResult } from './file-system.ts';
import { realPathOf } from './path-scope.ts';
import { type LocalMember, type ReadTreeOptions, readTree } from './read-tree.ts';
import { TreeWriter } from './tree-writer.ts';

/** How {@link copyTree} copies. */
export type CopyTreeOptions = TransferOptions & ReadTreeOptions;

/**
 * Copies a local file or directory to another local path by the rules of {@link TransferOptions}; both are absolute.
 *
 * @throws INVALID_ARGUMENT for a directory that would be copied into itself
 */
export async function copyTree(source: string, target: string, options: CopyTreeOptions): Promise<TransferResult> {
  const { operation } = options;
  const isDirectory = await withFileErrors(operation, source, async () => (await stat(source)).isDirectory());
  if (isDirectory) await withFileErrors(operation, target, () => refuseInside(source, target));
  const writer = new TreeWriter(target, options);
  const copy = async (member: LocalMember): Promise<void> => {
    try {
      await writer.add(member);
    } catch (error) {
      if (!isGone(error, member)) throw error;
    }
  };
  await forEachAtOnce(readTree(source, options), filesAtOnce, copy);
  return writer.finish();
}

function refuseInside(source: string, target: string): void {
  const from = realPathOf(source);
  const to = realPathOf(target);
  if (`${to}${sep}`.startsWith(from === sep ? sep : `${from}${sep}`)) {
    throw invalidArgument('target', `a path outside the source ${source}`, target);
  }
}

/** A file that went between the walk and the copy is left out, as if the walk had come later. */
function isGone(error: unknown, member: LocalMember): boolean {
  if (member.type !== 'file' || !RexError.is(error, 'FILE_NOT_FOUND')) return false;
  return member.path !== '' && error.context.path === member.content.localPath;
}
