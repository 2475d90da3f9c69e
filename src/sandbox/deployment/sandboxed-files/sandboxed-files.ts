import { readlinkSync } from 'node:fs';
import { chmod, readdir, readlink, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { checkMode } from '../../files/change-entries.ts';
import { decodeText } from '../../files/decode-text.ts';
import { hasErrno, withFileErrors } from '../../files/file-errors.ts';
import { fileInfo } from '../../files/file-info.ts';
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
import { readTyped, readWhole } from '../../files/read-file.ts';
import { watchFiles } from '../../files/watch-files.ts';
import { checkEntry, checkOwned, checkReadable, existing } from './access.ts';
import { downloadTree } from './download-tree.ts';
import { isDirectory, makeDirectories, makeDirectory } from './make-directories.ts';
import type { Place } from './place.ts';
import { SandboxPlaces, type SandboxPlacesOptions } from './places.ts';
import { copyWithin, uploadTree } from './upload-tree.ts';
import { appendPlace, makeEmptyFile, writePlace } from './write-place.ts';

/**
 * Files as a sandbox sees them, worked on from outside. Only the workspace, `/tmp` and what else the sandbox may write
 * can be changed; what its user could not read is refused; links are followed in the sandbox's view, so none that was
 * planted inside leads this process out. Refusals are PERMISSION_DENIED.
 */
export class SandboxedFiles implements FileSystem {
  readonly #places: SandboxPlaces;

  constructor(options: SandboxPlacesOptions) {
    this.#places = new SandboxPlaces(options);
  }

  readBytes(path: string, options: ByteRange & { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return this.#places.atTarget('read', path, (place) => readWhole(this.#readable(place), options));
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(
    path: string,
    options: ByteRange & { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    using place = await withFileErrors('read', path, () => this.#places.follow(path));
    const handle = await withFileErrors('read', path, () => this.#readable(place));
    yield* readTyped(handle, options, path);
  }

  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    await this.#makeParents('write', path, options);
    await this.#places.atTarget('write', path, (place) => writePlace(place, content, options, this.#places.owner));
  }

  async append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    await this.#makeParents('append', path, options);
    const { owner } = this.#places;
    await this.#places.atTarget('append', path, (place) => place.stats || makeEmptyFile(place, options.mode, owner));
    await this.#places.atTarget('append', path, (place) => appendPlace(place, content, options, owner));
  }

  stat(path: string): Promise<FileInfo> {
    return this.#places.atEntry('stat', path, async (place) => {
      const stats = existing(place);
      const target = stats.isSymbolicLink() ? await readlink(place.entry) : undefined;
      return fileInfo(this.#places.absolute(path), stats, target);
    });
  }

  async list(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<FileInfo[]> {
    options.signal?.throwIfAborted();
    const names = await this.#places.atTarget('list', path, (place) => readdir(this.#readable(place)));
    const infos: FileInfo[] = [];
    for (const name of names.sort()) {
      const info = await this.#infoIfThere(join(this.#places.absolute(path), name));
      if (info === undefined) continue;
      infos.push(info);
      if (options.recursive && info.type === 'directory') infos.push(...(await this.list(info.path, options)));
    }
    return infos;
  }

  exists(path: string): Promise<boolean> {
    return withFileErrors('stat', path, () => {
      try {
        using place = this.#places.entry(path);
        return place.stats !== undefined;
      } catch (error) {
        if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return false;
        throw error;
      }
    });
  }

  mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    const { parents = true, mode } = options;
    return withFileErrors('mkdir', path, () => {
      if (mode !== undefined) checkMode(mode);
      if (parents && isDirectory(this.#places, path)) return;
      if (parents) makeDirectories(this.#places, dirname(this.#places.absolute(path)));
      makeDirectory(this.#places, path, mode);
    });
  }

  async remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    const { recursive = false, missing = 'error' } = options;
    try {
      await this.#remove(path, recursive);
    } catch (error) {
      if (missing === 'error' || !RexError.is(error, 'FILE_NOT_FOUND')) throw error;
    }
  }

  rename(from: string, to: string): Promise<void> {
    return this.#places.atEntry('rename', from, async (source) => {
      existing(source);
      checkEntry(source, this.#places.owner);
      await this.#places.atEntry('rename', to, async (target) => {
        checkEntry(target, this.#places.owner);
        await rename(source.entry, target.entry).catch(async (error: unknown) => {
          if (!hasErrno(error, 'EXDEV')) throw error;
          await this.#moveAcross(source, target);
        });
      });
    });
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#places.atTarget('chmod', path, async (place) => {
      checkOwned(place, this.#places.owner);
      await chmod(place.handle, checkMode(mode));
    });
  }

  watch(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<FileChange> {
    return watchFiles(() => {
      using place = this.#places.follow(path);
      return { path: this.#places.absolute(path), location: readlinkSync(this.#readable(place)) };
    }, options);
  }

  upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return uploadTree(resolve(localPath), this.#places.absolute(targetPath), options, this.#places);
  }

  download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return downloadTree(this.#places.absolute(targetPath), resolve(localPath), options, this.#places);
  }

  /** Moves between two file systems: a copy beside the target takes its name, then the source goes. */
  async #moveAcross(source: Place, target: Place): Promise<void> {
    const passing = join(dirname(target.path), `.hrm-rex-${randomId()}.tmp`);
    try {
      await copyWithin(source.path, passing, this.#places);
      await this.#places.atEntry('rename', passing, (copy) => rename(copy.entry, target.entry));
    } catch (error) {
      await this.remove(passing, { recursive: true, missing: 'ignore' });
      throw error;
    }
    await this.remove(source.path, { recursive: true });
  }

  #readable(place: Place): string {
    checkReadable(place, this.#places.owner);
    return place.handle;
  }

  async #remove(path: string, recursive: boolean): Promise<void> {
    const isBranch = await this.#places.atEntry('remove', path, (place) => {
      checkEntry(place, this.#places.owner);
      return existing(place).isDirectory();
    });
    if (isBranch && recursive) {
      const names = await this.#places.atEntry('remove', path, (place) => readdir(this.#readable(place)));
      for (const name of names) await this.remove(join(path, name), { recursive, missing: 'ignore' });
    }
    await this.#places.atEntry('remove', path, (place) => (isBranch ? rmdir : unlink)(place.entry));
  }

  async #makeParents(operation: string, path: string, { parents = true }: WriteOptions): Promise<void> {
    if (!parents) return;
    await withFileErrors(operation, path, () => makeDirectories(this.#places, dirname(this.#places.absolute(path))));
  }

  async #infoIfThere(path: string): Promise<FileInfo | undefined> {
    try {
      return await this.stat(path);
    } catch (error) {
      if (RexError.is(error, 'FILE_NOT_FOUND') || RexError.is(error, 'PERMISSION_DENIED')) return undefined;
      throw error;
    }
  }
}
