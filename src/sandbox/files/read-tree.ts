import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { withFileErrors } from './file-errors.ts';
import type { TransferOptions } from './file-system.ts';
import { carriedModeBits, type FileMember, type LocalContent, type TreeMember } from './tree-member.ts';
import { type WalkedEntry, walkBelow } from './walk-tree.ts';

/** A member whose content, if it has one, is named but not read yet. */
export type LocalMember = Exclude<TreeMember, FileMember> | (FileMember & { readonly content: LocalContent });

/** How {@link readTree} reads. */
export interface ReadTreeOptions extends Pick<TransferOptions, 'followLinks' | 'signal'> {
  /** Name of the operation in errors. */
  readonly operation: string;
  /** Name that a top which is no directory takes inside a target that is one. Default: its own. */
  readonly ownName?: string;
  /** Called with a link before it is followed; throws where it may not be. */
  readonly checkLink?: (location: string) => void;
}

/**
 * The members of a local file or directory, the top first. The top itself may be a link to what is meant. Sockets,
 * pipes and devices are left out.
 */
export async function* readTree(top: string, options: ReadTreeOptions): AsyncGenerator<LocalMember, void, undefined> {
  options.signal?.throwIfAborted();
  const stats = await withFileErrors(options.operation, top, () => stat(top));
  const member = describe({ path: '', location: top, stats });
  if (member !== undefined) yield { ...member, ownName: options.ownName ?? basename(top) };
  if (!stats.isDirectory()) return;
  for await (const entry of walkBelow(top, options)) {
    const below = describe(entry);
    if (below !== undefined) yield below;
  }
}

function describe({ path, location, stats, target }: WalkedEntry): LocalMember | undefined {
  const mode = stats.mode & carriedModeBits;
  const modifiedMs = stats.mtimeMs;
  if (target !== undefined) return { type: 'symlink', path, target, modifiedMs };
  if (stats.isDirectory()) return { type: 'directory', path, mode, modifiedMs };
  if (!stats.isFile()) return undefined;
  return { type: 'file', path, mode, modifiedMs, content: { localPath: location, sizeBytes: stats.size } };
}
