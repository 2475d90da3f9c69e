import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { hasErrno, SystemError } from './file-errors.ts';

/**
 * Turns the paths of a caller into absolute ones and, where a root is set, refuses those that lead outside.
 *
 * With a root every existing part of a path is followed to where it really is, and so is a link that dangles; the
 * result has no link left in it. This guards against paths, whoever wrote them; it does not guard against a process
 * that swaps a directory for a link between the check and the use (`isolation` does).
 */
export class PathScope {
  /** Where relative paths start. */
  readonly cwd: string;
  readonly #root: string | undefined;

  constructor(options: { readonly cwd?: string | undefined; readonly root?: string | undefined } = {}) {
    this.#root = options.root === undefined ? undefined : resolve(options.root);
    this.cwd = resolve(this.#root ?? process.cwd(), options.cwd ?? '.');
  }

  /** The absolute form of a path, links left as they are. @throws INVALID_ARGUMENT for an empty path */
  absolute(path: string): string {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a path that is not empty', path);
    return resolve(this.cwd, path);
  }

  /** What a path leads to, its last link included. @throws PATH_ESCAPE */
  follow(path: string, operation: string): string {
    const absolute = this.absolute(path);
    return this.#root === undefined ? absolute : this.#inside(realPathOf(absolute), path, operation);
  }

  /** What a path names: the same, but a link at its end stays a link. @throws PATH_ESCAPE */
  entry(path: string, operation: string): string {
    const absolute = this.absolute(path);
    if (this.#root === undefined) return absolute;
    if (absolute === this.#root) return realpathSync.native(this.#root);
    const named = join(realPathOf(dirname(absolute)), basename(absolute));
    return this.#inside(named, path, operation);
  }

  /** As {@link entry}, for operations that change the directory above, which the root's own is not. */
  removable(path: string, operation: string): string {
    const named = this.entry(path, operation);
    if (this.#root !== undefined && named === realpathSync.native(this.#root)) throw this.#escape(path, operation);
    return named;
  }

  #inside(real: string, path: string, operation: string): string {
    const root = realpathSync.native(this.#root as string);
    if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
    throw this.#escape(path, operation);
  }

  #escape(path: string, operation: string): RexError<'PATH_ESCAPE'> {
    const root = this.#root as string;
    const options = { hint: `Only paths inside ${root} are open to this file system.` };
    return new RexError(
      'PATH_ESCAPE',
      `cannot ${operation} ${path}: it leads outside ${root}`,
      { path, operation, root },
      options,
    );
  }
}

const maximumLinks = 40;

/** An absolute path with every link followed, whether or not something exists at its end. */
export function realPathOf(path: string, links = 0): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
  if (links > maximumLinks) throw new SystemError('ELOOP', 'too many symbolic links');
  const parent = realPathOf(dirname(path), links);
  const named = join(parent, basename(path));
  if (!lstatSync(named, { throwIfNoEntry: false })?.isSymbolicLink()) return named;
  return realPathOf(resolve(parent, readlinkSync(named)), links + 1);
}
