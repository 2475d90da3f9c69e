import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { hasErrno, SystemError, withFileErrors } from './file-errors.ts';
import type { TransferOptions, TransferResult } from './file-system.ts';
import { makeParents } from './new-file.ts';
import { placeFile, placeLink, placeSameFile } from './place-file.ts';
import { setModified } from './set-time.ts';
import { carriedModeBits, type DirectoryMember, type TreeMember } from './tree-member.ts';

/** How a {@link TreeWriter} works. */
export interface TreeWriterOptions extends Pick<TransferOptions, 'signal' | 'onProgress'> {
  /** Name of the operation in errors. */
  readonly operation: string;
}

/** What is where a directory should be. */
type Ground = 'made' | 'existed' | 'link' | 'file';

/**
 * Writes the members of a tree below a target by the merge rules of {@link TransferOptions}, whatever brings them: a
 * walk, a tar stream, a zip.
 *
 * Members may be added at once, in any order. No link below the target is ever followed: a member that would go
 * through one is refused with PATH_ESCAPE. An existing directory keeps its own mode and time; new ones get theirs in
 * {@link TreeWriter.finish}, when all they hold is written.
 */
export class TreeWriter {
  readonly #target: string;
  readonly #options: TreeWriterOptions;
  readonly #grounds = new Map<string, Promise<Ground>>();
  readonly #underway = new Map<string, Promise<void>>();
  readonly #unsealed = new Map<string, DirectoryMember>();
  readonly #carried = { files: 0, directories: 0, links: 0, bytes: 0 };

  /** `target` is an absolute path, whose own links are followed. */
  constructor(target: string, options: TreeWriterOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Writes one member; it waits for those before it that lie at its path or above. */
  async add(member: TreeMember): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const earlier = this.#earlier(member.path);
    if (member.type === 'same-file') earlier.push(...this.#earlier(member.original));
    const task = this.#placeAfter(earlier, member);
    const settled = task.catch(() => {});
    this.#underway.set(member.path, settled);
    try {
      await task;
    } finally {
      if (this.#underway.get(member.path) === settled) this.#underway.delete(member.path);
    }
    this.#report(0);
  }

  /** Sets what can only be set at the end, and tells what was carried. */
  async finish(): Promise<TransferResult> {
    const deepestFirst = [...this.#unsealed.values()].sort((left, right) => right.path.length - left.path.length);
    for (const { path, mode, modifiedMs } of deepestFirst) {
      const location = this.#locate(path);
      await withFileErrors(this.#options.operation, location, async () => {
        if (mode !== undefined) await chmod(location, mode & carriedModeBits);
        await setModified(location, modifiedMs);
      });
    }
    return { ...this.#carried };
  }

  /** What is under way at a path and above it. */
  #earlier(path: string): Promise<void>[] {
    const found: Promise<void>[] = [];
    for (let at = path; at !== ''; at = parentOf(at)) {
      const task = this.#underway.get(at);
      if (task !== undefined) found.push(task);
    }
    return found;
  }

  async #placeAfter(earlier: readonly Promise<void>[], member: TreeMember): Promise<void> {
    for (const task of earlier) await task;
    await this.#place(member);
  }

  async #place(member: TreeMember): Promise<void> {
    if (member.type === 'directory') return this.#placeDirectory(member);
    const location = member.path === '' ? await this.#ownPlace(member.ownName) : this.#locate(member.path);
    await withFileErrors(this.#options.operation, location, async () => {
      await this.#prepareAbove(member.path);
      switch (member.type) {
        case 'symlink':
          await placeLink(location, member);
          this.#carried.links += 1;
          return;
        case 'file':
          await placeFile(location, member, this.#options.signal, (bytes) => this.#report(bytes));
          break;
        case 'same-file':
          await this.#prepareAbove(member.original);
          await placeSameFile(location, this.#locate(member.original));
      }
      this.#carried.files += 1;
    });
  }

  #placeDirectory(member: DirectoryMember): Promise<void> {
    return withFileErrors(this.#options.operation, this.#locate(member.path), async () => {
      const ground = await this.#ground(member.path, member.mode);
      if (ground === 'link' || ground === 'file') throw new SystemError('EEXIST', `a ${ground} has that name`);
      if (ground === 'made') this.#unsealed.set(member.path, member);
      this.#carried.directories += 1;
    });
  }

  /** Makes sure that everything above a member is a directory and no link. */
  async #prepareAbove(path: string): Promise<void> {
    if (path === '') {
      await makeParents(this.#target);
      return;
    }
    const ground = await this.#ground(parentOf(path));
    if (ground === 'file') throw new SystemError('EEXIST', 'a file is where a directory above it should be');
    if (ground === 'link') throw this.#escape(path);
  }

  #ground(path: string, mode = 0o777): Promise<Ground> {
    const known = this.#grounds.get(path);
    if (known !== undefined) return known;
    const ground = path === '' ? this.#top(mode) : this.#below(path, mode);
    this.#grounds.set(path, ground);
    return ground;
  }

  async #top(mode: number): Promise<Ground> {
    try {
      return (await stat(this.#target)).isDirectory() ? 'existed' : 'file';
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
    await makeParents(this.#target);
    return makeDirectory(this.#target, mode);
  }

  async #below(path: string, mode: number): Promise<Ground> {
    const above = await this.#ground(parentOf(path));
    return above === 'link' || above === 'file' ? above : makeDirectory(this.#locate(path), mode);
  }

  /** Where a single file or link goes: to the target, or inside a target that is a directory. */
  async #ownPlace(name: string | undefined): Promise<string> {
    if (name === undefined) return this.#target;
    const info = await stat(this.#target).catch(() => undefined);
    return info?.isDirectory() === true ? join(this.#target, name) : this.#target;
  }

  #locate(path: string): string {
    return path === '' ? this.#target : join(this.#target, path);
  }

  #report(bytes: number): void {
    this.#carried.bytes += bytes;
    this.#options.onProgress?.({ bytes: this.#carried.bytes, files: this.#carried.files });
  }

  #escape(path: string): RexError<'PATH_ESCAPE'> {
    const { operation } = this.#options;
    const message = `cannot ${operation} ${path}: it leads through a symbolic link below ${this.#target}`;
    const hint = 'Links below the target are never followed: remove the link, or carry over what it stands for.';
    return new RexError('PATH_ESCAPE', message, { path, operation, root: this.#target }, { hint });
  }
}

async function makeDirectory(location: string, mode: number): Promise<Ground> {
  try {
    await mkdir(location, mode | 0o700);
    return 'made';
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  }
  const info = await lstat(location);
  return info.isDirectory() ? 'existed' : info.isSymbolicLink() ? 'link' : 'file';
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}
