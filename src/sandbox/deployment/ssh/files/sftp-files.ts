import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { invalidArgument, RexError } from '../../../../core/errors.ts';
import { decodeText } from '../../../files/decode-text.ts';
import type {
  ByteRange,
  FileChange,
  FileContent,
  FileInfo,
  FileSystem,
  FileType,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from '../../../files/file-system.ts';
import { collectBytes } from '../../../files/streams.ts';
import { readFar } from './read-far.ts';
import { isMissing, isStatus, type SftpSession } from './sftp-session.ts';
import { appendFar, NeedsShell, replaceFar } from './write-far.ts';

/** What {@link SftpFiles} work with. */
export interface SftpFilesOptions {
  /** Gives the session that is open, or a new one. @throws UNSUPPORTED where the host has no file transfer */
  readonly session: () => Promise<SftpSession>;
  /** The same files through the shell. */
  readonly shell: FileSystem;
  /** Where relative paths start; absolute. */
  readonly cwd: string;
}

type ReadOptions = ByteRange & { readonly signal?: AbortSignal };

/**
 * Files by SFTP: one round trip where the shell needs a program. Whole trees, links and watches go through the shell,
 * and so does everything that the server refuses, since SFTP does not say why. A host without SFTP loses speed only.
 */
export class SftpFiles implements FileSystem {
  readonly #options: SftpFilesOptions;
  readonly #shell: FileSystem;

  constructor(options: SftpFilesOptions) {
    this.#options = options;
    this.#shell = options.shell;
  }

  readBytes(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return collectBytes(this.readStream(path, options));
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal } = options;
    signal?.throwIfAborted();
    const opened = await this.#try(async (session) => {
      checkRange(options);
      const location = this.#absolute(path);
      // A pipe or device would hold the whole session up.
      if (!(await session.stat(location)).isFile()) throw new NeedsShell();
      return { session, file: await session.open(location, 'r') };
    });
    if (opened === undefined) return yield* this.#shell.readStream(path, options);
    try {
      yield* readFar(opened.session, opened.file, options, signal);
    } finally {
      await opened.session.close(opened.file).catch(() => {});
    }
  }

  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    await this.#change(
      (session) =>
        replaceFar(session, this.#absolute(path), content, checked(options), (from, to) => this.rename(from, to)),
      () => this.#shell.write(path, content, options),
    );
  }

  async append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    await this.#change(
      (session) => appendFar(session, this.#absolute(path), content, checked(options)),
      () => this.#shell.append(path, content, options),
    );
  }

  async stat(path: string): Promise<FileInfo> {
    const info = await this.#try(async (session) => {
      const location = this.#absolute(path);
      return await describe(session, location, await session.lstat(location));
    });
    return info ?? (await this.#shell.stat(path));
  }

  async list(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<FileInfo[]> {
    if (options.recursive === true) return await this.#shell.list(path, options);
    options.signal?.throwIfAborted();
    const found = await this.#try(async (session) => {
      const location = this.#absolute(path);
      const entries = (await session.list(location)).filter(({ filename }) => filename !== '.' && filename !== '..');
      entries.sort((left, right) => (left.filename < right.filename ? -1 : 1));
      return await Promise.all(
        entries.map(({ filename, attrs }) => describe(session, posix.join(location, filename), attrs as Stats)),
      );
    });
    return found ?? (await this.#shell.list(path, options));
  }

  async exists(path: string): Promise<boolean> {
    const found = await this.#try(async (session) => {
      try {
        await session.lstat(this.#absolute(path));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    });
    return found ?? (await this.#shell.exists(path));
  }

  async mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    await this.#change(
      async (session) => {
        if (options.mode !== undefined) throw new NeedsShell();
        await session.makeDirectory(this.#absolute(path));
      },
      () => this.#shell.mkdir(path, options),
    );
  }

  async remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    await this.#change(
      (session) => session.unlink(this.#absolute(path)),
      () => this.#shell.remove(path, options),
    );
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#change(
      (session) => session.replace(this.#absolute(from), this.#absolute(to)),
      () => this.#shell.rename(from, to),
    );
  }

  async chmod(path: string, mode: number): Promise<void> {
    await this.#change(
      (session) => session.chmod(this.#absolute(path), checked({ mode }).mode),
      () => this.#shell.chmod(path, mode),
    );
  }

  watch(
    path: string,
    options?: { readonly recursive?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<FileChange> {
    return this.#shell.watch(path, options);
  }

  upload(localPath: string, targetPath: string, options?: TransferOptions): Promise<TransferResult> {
    return this.#shell.upload(localPath, targetPath, options);
  }

  download(targetPath: string, localPath: string, options?: TransferOptions): Promise<TransferResult> {
    return this.#shell.download(targetPath, localPath, options);
  }

  #absolute(path: string): string {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a path that is not empty', path);
    if (path.includes('\0')) throw invalidArgument('path', 'a path without NUL bytes', path);
    return posix.resolve(this.#options.cwd, path);
  }

  /** The result by SFTP, or undefined where the shell has to do it. */
  async #try<Value>(act: (session: SftpSession) => Promise<Value>): Promise<Value | undefined> {
    try {
      return await act(await this.#options.session());
    } catch (error) {
      if (isStatus(error) || error instanceof NeedsShell || RexError.is(error, 'UNSUPPORTED')) return undefined;
      throw error;
    }
  }

  async #change(act: (session: SftpSession) => Promise<void>, byShell: () => Promise<void>): Promise<void> {
    const done = await this.#try(async (session) => {
      await act(session);
      return true;
    });
    if (done === undefined) await byShell();
  }
}

async function describe(session: SftpSession, path: string, stats: Stats): Promise<FileInfo> {
  const facts = {
    path,
    name: posix.basename(path),
    type: typeOf(stats),
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    modifiedAt: new Date(stats.mtime * 1_000),
  };
  return facts.type === 'symlink' ? { ...facts, target: await session.readLink(path) } : facts;
}

function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

function checkRange(range: ByteRange): void {
  for (const [name, value] of Object.entries({ start: range.start, end: range.end })) {
    const fits =
      value === undefined || value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0);
    if (!fits) throw invalidArgument(name, 'a position in bytes, 0 or more', value);
  }
}

function checked<Options extends { readonly mode?: number }>(options: Options): Options {
  const { mode } = options;
  if (mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777)) return options;
  throw invalidArgument('mode', 'permission bits from 0 to 0o7777', mode);
}
