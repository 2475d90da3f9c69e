import { chmod, lstat, readlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { checkMode, makeDirectory, removeEntry, renameEntry } from './change-entries.ts';
import { copyTree } from './copy-tree.ts';
import { decodeText } from './decode-text.ts';
import { hasErrno, withFileErrors } from './file-errors.ts';
import { fileInfo } from './file-info.ts';
import type {
  ByteRange,
  FileChange,
  FileContent,
  FileInfo,
  FileSystem,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from './file-system.ts';
import { PathScope } from './path-scope.ts';
import { readTyped, readWhole } from './read-file.ts';
import { walkBelow } from './walk-tree.ts';
import { watchFiles } from './watch-files.ts';
import { appendFile, replaceFile } from './write-file.ts';

/** Where {@link LocalFileSystem} works and what it may do. */
export interface LocalFilesOptions {
  /** Where relative paths start. Default: the root, or else the working directory of this process. */
  readonly cwd?: string;
  /** Directory that no path may leave, neither by `..` nor by symbolic links. Default none. */
  readonly root?: string;
  /** Refuses everything that changes files, with PERMISSION_DENIED. Default false. */
  readonly readOnly?: boolean;
}

/**
 * The files of this machine.
 *
 * `write` replaces a file in one step: the content is written beside it and renamed over it; hard links, devices and files
 * whose owner could not be kept are overwritten in place. `stat`, `exists`, `remove` and `rename` are about what a
 * path names, a link itself; everything else follows links. The source of `upload` and `download` may itself be a link
 * to what is meant; links below it are copied as they are, wherever they point. Carried are the permission bits
 * (0o777), times and links; sockets, pipes and devices are left out; an existing directory keeps its own mode and time.
 *
 * With a root, a path that leads outside is refused with PATH_ESCAPE, whatever it is used for; only the local side of
 * `upload` and `download` is free.
 */
export class LocalFileSystem implements FileSystem {
  readonly #scope: PathScope;
  readonly #readOnly: boolean;

  constructor(options: LocalFilesOptions = {}) {
    this.#scope = new PathScope(options);
    this.#readOnly = options.readOnly ?? false;
  }

  readBytes(path: string, options: ByteRange & { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return withFileErrors('read', path, () => readWhole(this.#scope.follow(path, 'read'), options));
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(
    path: string,
    options: ByteRange & { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const location = await withFileErrors('read', path, () => this.#scope.follow(path, 'read'));
    yield* readTyped(location, options, path);
  }

  write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    return this.#change('write', path, () => replaceFile(this.#scope.follow(path, 'write'), content, checked(options)));
  }

  append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    return this.#change('append', path, () =>
      appendFile(this.#scope.follow(path, 'append'), content, checked(options)),
    );
  }

  stat(path: string): Promise<FileInfo> {
    return withFileErrors('stat', path, async () => {
      const location = this.#scope.entry(path, 'stat');
      const stats = await lstat(location);
      const target = stats.isSymbolicLink() ? await readlink(location) : undefined;
      return fileInfo(this.#scope.absolute(path), stats, target);
    });
  }

  list(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<FileInfo[]> {
    const { recursive = false, signal } = options;
    return withFileErrors('list', path, async () => {
      const top = this.#scope.absolute(path);
      const found: FileInfo[] = [];
      for await (const entry of walkBelow(this.#scope.follow(path, 'list'), { operation: 'list', recursive, signal })) {
        found.push(fileInfo(join(top, entry.path), entry.stats, entry.target));
      }
      return found;
    });
  }

  exists(path: string): Promise<boolean> {
    return withFileErrors('stat', path, async () => {
      try {
        await lstat(this.#scope.entry(path, 'stat'));
        return true;
      } catch (error) {
        if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return false;
        throw error;
      }
    });
  }

  mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    return this.#change('mkdir', path, () => makeDirectory(this.#scope.follow(path, 'mkdir'), checked(options)));
  }

  remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    return this.#change('remove', path, () => removeEntry(this.#scope.removable(path, 'remove'), options));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change('rename', from, () =>
      renameEntry(this.#scope.removable(from, 'rename'), this.#scope.removable(to, 'rename')),
    );
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#change('chmod', path, () => chmod(this.#scope.follow(path, 'chmod'), checkMode(mode)));
  }

  watch(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<FileChange> {
    const find = () => ({ path: this.#scope.absolute(path), location: this.#scope.follow(path, 'watch') });
    return watchFiles(find, options);
  }

  upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return this.#change('upload', targetPath, () => {
      const target = this.#scope.follow(targetPath, 'upload');
      return copyTree(localPlace(localPath), target, { ...options, operation: 'upload' });
    });
  }

  download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return withFileErrors('download', targetPath, () =>
      copyTree(this.#scope.follow(targetPath, 'download'), localPlace(localPath), {
        ...options,
        operation: 'download',
        ownName: basename(this.#scope.absolute(targetPath)),
        checkLink: (location) => void this.#scope.follow(location, 'download'),
      }),
    );
  }

  #change<Value>(operation: string, path: string, action: () => Promise<Value>): Promise<Value> {
    return withFileErrors(operation, path, () => {
      if (this.#readOnly) throw readOnlyError(operation, path);
      return action();
    });
  }
}

function checked<Options extends { readonly mode?: number }>(options: Options): Options {
  if (options.mode !== undefined) checkMode(options.mode);
  return options;
}

function localPlace(path: string): string {
  if (typeof path !== 'string' || path === '') throw invalidArgument('localPath', 'a path that is not empty', path);
  return resolve(path);
}

function readOnlyError(operation: string, path: string): RexError<'PERMISSION_DENIED'> {
  const hint = 'These files are open for reading only: use other files, or ask whoever set `readOnly`.';
  const message = `cannot ${operation} ${path}: the file system is read-only`;
  return new RexError('PERMISSION_DENIED', message, { path, operation }, { hint });
}
