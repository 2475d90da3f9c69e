import { posix, resolve } from 'node:path';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import { checkMode } from '../../files/change-entries.ts';
import { decodeText } from '../../files/decode-text.ts';
import { withFileErrors } from '../../files/file-errors.ts';
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
} from '../../files/file-system.ts';
import { chunkBytes } from '../../files/streams.ts';
import type { Target } from '../target.ts';
import type { Ask } from './ask.ts';
import { downloadTree } from './download.ts';
import {
  chmodScript,
  existsScript,
  listScript,
  makeDirectoryScript,
  removeScript,
  renameScript,
  statScript,
} from './entry-scripts.ts';
import { readList, readStat } from './facts.ts';
import { FileShell, type ScriptPurpose } from './file-shell.ts';
import { readScript, readSomeScript } from './read-scripts.ts';
import { temporaryName, uploadTree } from './upload.ts';
import { watchTree } from './watch.ts';
import { writeContent } from './write-content.ts';
import { appendScript, type ContentSource, replaceScript } from './write-scripts.ts';

/** How {@link ShellFiles} reaches its target. */
export interface ShellFilesOptions {
  /** Runs small scripts by a shell that is there already. Default: each has a stream of its own. */
  readonly ask?: Ask;
}

/**
 * The files of a target, through its shell: a POSIX shell and the small tools of GNU or busybox are enough. One
 * operation is one script and one round trip; files of any size pass in constant memory.
 *
 * `write` replaces a file in one step, as `LocalFileSystem` does, and only when all of it has arrived: a link that
 * breaks leaves the old file, or none. A directory that is carried over lands in a staging directory inside, or else
 * beside, the target; nothing is moved to its place before all of it is there.
 *
 * Whatever goes wrong in the target is typed like an error of this machine. A tool that is missing is UNSUPPORTED, by
 * name; a link that breaks before the answer is OUTCOME_UNKNOWN.
 */
export class ShellFiles implements FileSystem {
  readonly #cwd: string;
  readonly #shell: FileShell;

  constructor(target: Target, options: ShellFilesOptions = {}) {
    this.#cwd = target.cwd;
    this.#shell = new FileShell(target, options.ask);
  }

  async readBytes(path: string, options: ByteRange & { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    const location = this.#locate(path);
    const purpose = { operation: 'read', path, signal: options.signal };
    const small = this.#shell.isQuick ? await this.#readSmall(location, options, purpose) : undefined;
    return small ?? (await this.#shell.collect(readScript(location, options), purpose));
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(
    path: string,
    options: ByteRange & { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const script = readScript(this.#locate(path), options);
    const stream = await this.#shell.open(script, { operation: 'read', path, signal: options.signal });
    yield* stream.chunks();
  }

  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    const file = checked(options);
    const location = this.#locate(path);
    const script = (source: ContentSource) => replaceScript(location, temporaryName(), source, file);
    await writeContent(this.#shell, content, script, { operation: 'write', path, signal: options.signal }, 'framed');
  }

  async append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    const file = checked(options);
    const location = this.#locate(path);
    const script = (source: ContentSource) => appendScript(location, source, file);
    await writeContent(this.#shell, content, script, { operation: 'append', path, signal: options.signal }, 'plain');
  }

  async stat(path: string): Promise<FileInfo> {
    const location = this.#locate(path);
    return readStat(await this.#shell.answer(statScript(location), { operation: 'stat', path }), location);
  }

  async list(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<FileInfo[]> {
    const { recursive = false, signal } = options;
    const script = listScript(this.#locate(path), recursive);
    const purpose = { operation: 'list', path, signal };
    return await readList(await this.#shell[recursive ? 'collect' : 'answer'](script, purpose), 'list');
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.#shell.answer(existsScript(this.#locate(path)), { operation: 'stat', path });
      return true;
    } catch (error) {
      if (RexError.is(error, 'FILE_NOT_FOUND') || RexError.is(error, 'NOT_DIRECTORY')) return false;
      throw error;
    }
  }

  async mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    const { parents = true, mode } = checked(options);
    const script = makeDirectoryScript(this.#locate(path), parents, mode);
    await this.#shell[parents ? 'answer' : 'collect'](script, { operation: 'mkdir', path });
  }

  async remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    const { recursive = false, missing = 'error' } = options;
    try {
      await this.#shell.collect(removeScript(this.#locate(path), recursive), { operation: 'remove', path });
    } catch (error) {
      if (missing === 'error' || !RexError.is(error, 'FILE_NOT_FOUND')) throw error;
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const script = renameScript(this.#locate(from), this.#locate(to));
    await this.#shell.collect(script, { operation: 'rename', path: from });
  }

  async chmod(path: string, mode: number): Promise<void> {
    const script = chmodScript(this.#locate(path), checkMode(mode));
    await this.#shell.answer(script, { operation: 'chmod', path });
  }

  watch(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<FileChange> {
    return watchTree(this.#shell, this.#locate(path), options);
  }

  async upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return await uploadTree(this.#shell, localPlace(localPath), this.#locate(targetPath), options);
  }

  async download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    const local = localPlace(localPath);
    const source = this.#locate(targetPath);
    return await withFileErrors('download', targetPath, () => downloadTree(this.#shell, source, local, options));
  }

  /** The bytes of a regular file of at most 64 KiB, or undefined for another one. */
  async #readSmall(location: string, range: ByteRange, purpose: ScriptPurpose): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#shell.answer(readSomeScript(location, range, chunkBytes), purpose);
      return bytes.length <= chunkBytes ? bytes : undefined;
    } catch (error) {
      if (RexError.is(error, 'FILE_ERROR') && error.context.errno === 'ESPIPE') return undefined;
      throw error;
    }
  }

  #locate(path: string): string {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a path that is not empty', path);
    if (path.includes('\0')) throw invalidArgument('path', 'a path without NUL bytes', path);
    return posix.resolve(this.#cwd, path);
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
