import { chmod, lchown, lutimes, realpath, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import { filesAtOnce, forEachAtOnce } from '../../files/concurrency.ts';
import { writeContent } from '../../files/file-content.ts';
import { SystemError, withFileErrors } from '../../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../../files/file-system.ts';
import { makeOrReplace, writeNewFile } from '../../files/new-file.ts';
import { readTyped } from '../../files/read-file.ts';
import { readTree } from '../../files/read-tree.ts';
import {
  carriedModeBits,
  type DirectoryMember,
  type FileMember,
  type LinkMember,
  type TreeMember,
} from '../../files/tree-member.ts';
import { isWithin } from '../bubblewrap/region.ts';
import { checkEntry, giveAway } from './access.ts';
import { readSandboxTree } from './download-tree.ts';
import { makeDirectories, makeDirectory } from './make-directories.ts';
import type { Place } from './place.ts';
import type { SandboxPlaces } from './places.ts';

/** What goes in at a place of its own once the directories are there. */
type Leaf = FileMember | LinkMember;

/**
 * Carries a file or directory of this machine into a sandbox, by the rules of {@link TransferOptions}.
 * @throws INVALID_ARGUMENT for a directory that would be carried into itself
 */
export async function uploadTree(
  source: string,
  target: string,
  options: TransferOptions,
  places: SandboxPlaces,
): Promise<TransferResult> {
  const [from, to] = await Promise.all([
    withFileErrors('upload', source, () => realpath(source)),
    withFileErrors('upload', target, () => places.onMachine(target)),
  ]);
  if (isWithin(to, from)) throw invalidArgument('target', `a path outside the source ${source}`, target);
  return await writeTree(readTree(source, { ...options, operation: 'upload' }), target, options, places);
}

/** Copies a file or directory of a sandbox to another place of it. */
export async function copyWithin(source: string, target: string, places: SandboxPlaces): Promise<void> {
  await writeTree(readSandboxTree(source, {}, places), target, {}, places);
}

async function writeTree(
  members: AsyncIterable<TreeMember>,
  target: string,
  options: TransferOptions,
  places: SandboxPlaces,
): Promise<TransferResult> {
  const upload = new Upload(target, options, places);
  await forEachAtOnce(upload.placeDirectories(members), filesAtOnce, (member) => upload.place(member));
  return await upload.finish();
}

class Upload {
  readonly #options: TransferOptions;
  readonly #places: SandboxPlaces;
  readonly #made: DirectoryMember[] = [];
  readonly #carried = { files: 0, directories: 0, links: 0, bytes: 0 };
  /** Where the top goes, without links once it is known. */
  #target: string;

  constructor(target: string, options: TransferOptions, places: SandboxPlaces) {
    this.#target = target;
    this.#options = options;
    this.#places = places;
  }

  /** Makes the directories as they come, so what is passed on finds the ones above it. */
  async *placeDirectories(members: AsyncIterable<TreeMember>): AsyncGenerator<Leaf, void, undefined> {
    for await (const member of members) {
      if (member.path === '') await this.#settleTarget(member);
      if (member.type === 'directory') await this.#placeDirectory(member);
      else if (member.type !== 'same-file') yield member;
    }
  }

  /** Puts a file or link in its place, replacing a file or link that is there. */
  async place(member: Leaf): Promise<void> {
    await this.#at(member.path, async (place) => {
      checkEntry(place, this.#places.owner);
      await (member.type === 'symlink' ? this.#placeLink(place, member) : this.#placeFile(place, member));
    });
    if (member.type === 'symlink') this.#carried.links += 1;
    else this.#carried.files += 1;
    this.#report(0);
  }

  /** Sets modes and times of the new directories, when all they hold is written. */
  async finish(): Promise<TransferResult> {
    for (const { path, mode, modifiedMs } of this.#made.reverse()) {
      await this.#at(path, async ({ handle, stats }) => {
        if (!stats?.isDirectory()) return;
        if (mode !== undefined) await chmod(handle, mode & carriedModeBits);
        if (modifiedMs !== undefined) await utimes(handle, modifiedMs / 1000, modifiedMs / 1000);
      });
    }
    return { ...this.#carried };
  }

  /** A single file goes inside a target that is a directory. Missing directories above the target are made. */
  async #settleTarget({ type, ownName }: TreeMember): Promise<void> {
    await withFileErrors('upload', this.#target, async () => {
      makeDirectories(this.#places, dirname(this.#target));
      using place = this.#places.follow(this.#target);
      const isInside = type !== 'directory' && ownName !== undefined && place.stats?.isDirectory();
      this.#target = isInside ? join(place.path, ownName) : place.path;
    });
  }

  async #placeDirectory(member: DirectoryMember): Promise<void> {
    const existed = await this.#at(member.path, ({ stats }) => {
      if (stats && !stats.isDirectory()) throw new SystemError('EEXIST', 'a file or link has that name');
      return stats !== undefined;
    });
    this.#carried.directories += 1;
    if (existed) return;
    const path = join(this.#target, member.path);
    await withFileErrors('upload', path, () => makeDirectory(this.#places, path));
    this.#made.push(member);
  }

  async #placeFile(place: Place, { content, mode = 0o666, modifiedMs }: FileMember): Promise<void> {
    const source = 'localPath' in content ? readTyped(content.localPath) : content;
    await makeOrReplace(place.entry, (name) =>
      writeNewFile(name, mode & carriedModeBits, async (handle) => {
        await giveAway(handle, this.#places.owner);
        await writeContent(handle, source, this.#options.signal, (bytes) => this.#report(bytes));
        if (modifiedMs !== undefined) await handle.utimes(modifiedMs / 1000, modifiedMs / 1000);
      }),
    );
  }

  async #placeLink(place: Place, { target, modifiedMs }: LinkMember): Promise<void> {
    const { owner } = this.#places;
    await makeOrReplace(place.entry, async (name) => {
      await symlink(target, name);
      if (owner) await lchown(name, owner.uid, owner.gid);
      if (modifiedMs !== undefined) await lutimes(name, modifiedMs / 1000, modifiedMs / 1000);
    });
  }

  /** Works on the place of a member; a link on the way below the target is refused. */
  #at<Value>(path: string, work: (place: Place) => Value | Promise<Value>): Promise<Value> {
    const full = path === '' ? this.#target : join(this.#target, path);
    return this.#places.atEntry('upload', full, (place) => {
      if (place.path !== full) throw this.#escape(full);
      return work(place);
    });
  }

  #report(bytes: number): void {
    this.#carried.bytes += bytes;
    this.#options.onProgress?.({ bytes: this.#carried.bytes, files: this.#carried.files });
  }

  #escape(path: string): RexError<'PATH_ESCAPE'> {
    const root = this.#target;
    const message = `cannot upload ${path}: it leads through a symbolic link below ${root}`;
    const hint = 'Links below the target are never followed: remove the link, or carry over what it stands for.';
    return new RexError('PATH_ESCAPE', message, { path, operation: 'upload', root }, { hint });
  }
}
