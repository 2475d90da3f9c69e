import { readlinkSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { filesAtOnce, forEachAtOnce } from '../../files/concurrency.ts';
import { SystemError, withFileErrors } from '../../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../../files/file-system.ts';
import { realPathOf } from '../../files/path-scope.ts';
import { readChunks } from '../../files/read-file.ts';
import { carriedModeBits, type TreeMember } from '../../files/tree-member.ts';
import { TreeWriter } from '../../files/tree-writer.ts';
import { isWithin } from '../bubblewrap/region.ts';
import { checkReadable, existing } from './access.ts';
import type { Place } from './place.ts';
import type { SandboxPlaces } from './places.ts';

/**
 * Carries a file or directory of a sandbox to this machine, by the rules of {@link TransferOptions}.
 * @throws INVALID_ARGUMENT for a directory that would be carried into itself
 */
export async function downloadTree(
  source: string,
  target: string,
  options: TransferOptions,
  places: SandboxPlaces,
): Promise<TransferResult> {
  const from = await places.atTarget('download', source, (place) => existing(place) && readlinkSync(place.handle));
  const to = await withFileErrors('download', target, () => realPathOf(target));
  if (isWithin(to, from)) throw invalidArgument('target', `a path outside the source ${source}`, target);
  const writer = new TreeWriter(target, { ...options, operation: 'download' });
  await forEachAtOnce(readSandboxTree(source, options, places), filesAtOnce, (member) => writer.add(member));
  return await writer.finish();
}

interface Branch {
  readonly path: string;
  /** Path below the top; empty for the top itself. */
  readonly below: string;
  /** Real paths of the directories above, to see a circle of followed links. */
  readonly above: readonly string[];
}

interface Found {
  readonly member: TreeMember;
  readonly realPath: string;
  readonly names: readonly string[];
}

/** The members of a file or directory of a sandbox, the top first; sockets, pipes and devices are left out. */
export function readSandboxTree(
  top: string,
  options: TransferOptions,
  places: SandboxPlaces,
): AsyncGenerator<TreeMember, void, undefined> {
  return readBranch({ path: top, below: '', above: [] }, options, places);
}

async function* readBranch(
  branch: Branch,
  options: TransferOptions,
  places: SandboxPlaces,
): AsyncGenerator<TreeMember, void, undefined> {
  options.signal?.throwIfAborted();
  const follow = branch.below === '' || options.followLinks === true;
  const find = follow ? places.atTarget.bind(places) : places.atEntry.bind(places);
  const found = await find('download', branch.path, (place) => describe(place, branch, follow, places));
  if (!found) return;
  yield branch.below === '' ? { ...found.member, ownName: basename(branch.path) } : found.member;
  if (branch.above.includes(found.realPath)) {
    await find('download', branch.path, () => {
      throw new SystemError('ELOOP', 'the link leads back to a directory above it');
    });
  }
  const above = [...branch.above, found.realPath];
  for (const name of found.names) {
    yield* readBranch({ path: join(branch.path, name), below: join(branch.below, name), above }, options, places);
  }
}

/** A place as a member of the tree; undefined for what has gone since, and for sockets, pipes and devices. */
async function describe(
  place: Place,
  branch: Branch,
  follow: boolean,
  places: SandboxPlaces,
): Promise<Found | undefined> {
  if (!place.stats && branch.below !== '') return undefined;
  const stats = existing(place);
  const facts = { path: branch.below, mode: stats.mode & carriedModeBits, modifiedMs: stats.mtimeMs };
  const found = { realPath: place.path, names: [] };
  if (stats.isSymbolicLink()) {
    const target = await readlink(place.entry);
    return { ...found, member: { type: 'symlink', path: branch.below, target, modifiedMs: stats.mtimeMs } };
  }
  checkReadable(place, places.owner);
  if (stats.isDirectory()) {
    return { ...found, member: { type: 'directory', ...facts }, names: (await readdir(place.handle)).sort() };
  }
  if (!stats.isFile()) return undefined;
  return { ...found, member: { type: 'file', ...facts, content: contentOf(branch.path, follow, places) } };
}

async function* contentOf(
  path: string,
  follow: boolean,
  places: SandboxPlaces,
): AsyncGenerator<Uint8Array, void, undefined> {
  using place = follow ? places.follow(path) : places.entry(path);
  checkReadable(place, places.owner);
  yield* readChunks(place.handle, {});
}
