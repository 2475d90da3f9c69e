import { posix } from 'node:path';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import type { FileSystem } from '../../files/file-system.ts';

const maximumLinks = 40;

/** Turns paths into ones that really lie below a root of the target, by asking what each part of them is. */
export class PathGuard {
  /** The root, or undefined where paths are free. */
  readonly root: string | undefined;
  readonly #files: FileSystem;

  constructor(files: FileSystem, root: string | undefined) {
    this.root = root;
    this.#files = files;
  }

  /** The absolute form of a path, links left as they are. */
  absolute(path: string): string {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a path that is not empty', path);
    return this.root === undefined ? path : posix.resolve(this.root, path);
  }

  /** What a path leads to, its last link included. @throws PATH_ESCAPE */
  follow(path: string, operation: string): Promise<string> {
    return this.#resolve(path, operation, true);
  }

  /** What a path names: a link at its end stays a link. @throws PATH_ESCAPE */
  entry(path: string, operation: string): Promise<string> {
    return this.#resolve(path, operation, false);
  }

  /** As {@link entry}, for operations that would take the root itself away. @throws PATH_ESCAPE */
  async removable(path: string, operation: string): Promise<string> {
    const named = await this.entry(path, operation);
    if (named === this.root) throw this.#escape(path, operation);
    return named;
  }

  async #resolve(path: string, operation: string, followLast: boolean): Promise<string> {
    const { root } = this;
    if (root === undefined) return this.absolute(path);
    const inside: string[] = [];
    const ahead = this.#partsBelow(this.absolute(path), path, operation);
    for (let links = 0; ahead.length > 0; ) {
      const part = ahead.shift() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (inside.pop() === undefined) throw this.#escape(path, operation);
        continue;
      }
      const target = ahead.length > 0 || followLast ? await this.#linkAt(posix.join(root, ...inside, part)) : undefined;
      if (target === undefined) {
        inside.push(part);
        continue;
      }
      if (++links > maximumLinks) throw looping(path, operation);
      if (posix.isAbsolute(target)) {
        inside.length = 0;
        ahead.unshift(...this.#partsBelow(target, path, operation));
      } else ahead.unshift(...target.split('/'));
    }
    return posix.join(root, ...inside);
  }

  /** Parts of an absolute path below the root. A `..` among them is still there, since a link may come before it. */
  #partsBelow(absolute: string, path: string, operation: string): string[] {
    const root = this.root as string;
    if (absolute === root) return [];
    const start = root === '/' ? root : `${root}/`;
    if (!absolute.startsWith(start)) throw this.#escape(path, operation);
    return absolute.slice(start.length).split('/');
  }

  async #linkAt(path: string): Promise<string | undefined> {
    try {
      return (await this.#files.stat(path)).target;
    } catch (error) {
      if (RexError.is(error, 'FILE_NOT_FOUND') || RexError.is(error, 'NOT_DIRECTORY')) return undefined;
      throw error;
    }
  }

  #escape(path: string, operation: string): RexError<'PATH_ESCAPE'> {
    const root = this.root as string;
    const hint = `Only paths below ${root} can be used here.`;
    const message = `cannot ${operation} ${path}: it leads outside ${root}`;
    return new RexError('PATH_ESCAPE', message, { path, operation, root }, { hint });
  }
}

function looping(path: string, operation: string): RexError<'FILE_ERROR'> {
  const hint = 'The symbolic links of the path lead in a circle.';
  const message = `cannot ${operation} ${path}: too many symbolic links`;
  return new RexError('FILE_ERROR', message, { path, operation, errno: 'ELOOP' }, { hint });
}
