import { posix, resolve } from 'node:path';
import { ChangeQueue } from '../../files/change-queue.ts';
import { decodeText } from '../../files/decode-text.ts';
import { contentChunks } from '../../files/file-content.ts';
import { SystemError, withFileErrors } from '../../files/file-errors.ts';
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
import { chunkBytes, collectBytes } from '../../files/streams.ts';
import { downloadFromMemory, uploadToMemory } from './memory-transfer.ts';
import {
  asDirectory,
  existing,
  type MemoryPlace,
  MemoryTree,
  memoryInfo,
  newDirectory,
  nodesBelow,
} from './memory-tree.ts';

type Reading = ByteRange & { readonly signal?: AbortSignal };

/** Files in memory, with the contract's rules: links, modes, typed errors, transfers from and to real directories. */
export class MemoryFileSystem implements FileSystem {
  readonly #tree: MemoryTree;
  readonly #assertOpen: (operation: string) => void;

  /** @param assertOpen called before each operation; throws where none may be done. */
  constructor(cwd: string, assertOpen: (operation: string) => void = () => {}) {
    this.#tree = new MemoryTree(cwd);
    this.#assertOpen = assertOpen;
  }

  readBytes(path: string, options: Reading = {}): Promise<Uint8Array> {
    return this.#do('read', path, () => {
      options.signal?.throwIfAborted();
      const node = existing(this.#tree.find(path, true));
      if (node.type !== 'file') throw new SystemError('EISDIR');
      return Uint8Array.from(node.bytes.subarray(options.start, options.end));
    });
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(path: string, options: Reading = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = await this.readBytes(path, options);
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      options.signal?.throwIfAborted();
      yield bytes.subarray(at, at + chunkBytes);
    }
  }

  write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    return this.#do('write', path, async () => {
      this.#fileAt(path, options);
      const bytes = Buffer.from(await collectBytes(contentChunks(content, options.signal)));
      this.#store(path, bytes, options);
    });
  }

  append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    return this.#do('append', path, async () => {
      const added = await collectBytes(contentChunks(content, options.signal));
      const { node } = this.#fileAt(path, options);
      this.#store(path, Buffer.concat([node?.type === 'file' ? node.bytes : Buffer.alloc(0), added]), options);
    });
  }

  stat(path: string): Promise<FileInfo> {
    return this.#do('stat', path, () => memoryInfo(this.#tree.absolute(path), this.#tree.find(path, false)));
  }

  list(path: string, options: { readonly recursive?: boolean } = {}): Promise<FileInfo[]> {
    return this.#do('list', path, () => {
      const directory = asDirectory(this.#tree.find(path, true));
      const below = [...nodesBelow(directory, this.#tree.absolute(path), options.recursive ?? false)];
      return below.map((entry) => memoryInfo(entry.path, entry.node));
    });
  }

  exists(path: string): Promise<boolean> {
    return this.#do('stat', path, () => {
      try {
        return this.#tree.locate(path, false).node !== undefined;
      } catch (error) {
        if (error instanceof SystemError && error.code !== 'ELOOP') return false;
        throw error;
      }
    });
  }

  mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    return this.#do('mkdir', path, () => {
      const { parents = true, mode = 0o755 } = options;
      const place = this.#tree.placeIn(path, { follow: true, parents });
      if (place.node && !(parents && place.node.type === 'directory')) throw new SystemError('EEXIST');
      if (!place.node) this.#tree.put(place, newDirectory(mode));
    });
  }

  remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    return this.#do('remove', path, async () => {
      if (options.missing === 'ignore' && !(await this.exists(path))) return;
      const place = this.#tree.locate(path, false);
      const node = existing(place.node);
      const isFull = node.type === 'directory' && node.entries.size > 0;
      if (isFull && !options.recursive) throw new SystemError('ENOTEMPTY');
      this.#tree.take(place);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do('rename', from, () => {
      const source = this.#tree.locate(from, false);
      const node = existing(source.node);
      const target = this.#tree.locate(to, false);
      if (source.path === target.path) return;
      if (`${target.path}/`.startsWith(`${source.path}/`)) throw new SystemError('EINVAL', 'it would be inside itself');
      if (target.node?.type === 'directory') {
        if (node.type !== 'directory') throw new SystemError('EISDIR');
        if (target.node.entries.size > 0) throw new SystemError('ENOTEMPTY', 'the target is not empty');
      } else if (target.node && node.type === 'directory') throw new SystemError('ENOTDIR');
      this.#tree.take(source);
      this.#tree.put(target, node);
    });
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#do('chmod', path, () => {
      this.#tree.find(path, true).mode = mode & 0o7777;
    });
  }

  async *watch(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<FileChange, void, undefined> {
    const top = await this.#do('watch', path, () => {
      this.#tree.find(path, true);
      return this.#tree.locate(path, true).path;
    });
    const isSeen = (changed: string) =>
      changed === top || (options.recursive ? changed.startsWith(`${top}/`) : posix.dirname(changed) === top);
    const queue = new ChangeQueue(() => {});
    using _listening = this.#tree.listen((change) => {
      if (isSeen(change.path)) queue.push(change);
    });
    const stop = () => queue.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      if (options.signal?.aborted) return;
      yield* { [Symbol.asyncIterator]: () => queue };
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return this.#do('upload', targetPath, () => uploadToMemory(this.#tree, resolve(localPath), targetPath, options));
  }

  download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return this.#do('download', targetPath, () =>
      downloadFromMemory(this.#tree, targetPath, resolve(localPath), {
        ...options,
        operation: 'download',
      }),
    );
  }

  async #do<Value>(operation: string, path: string, action: () => Value | Promise<Value>): Promise<Value> {
    this.#assertOpen(`files.${operation}`);
    return await withFileErrors(operation, path, action);
  }

  /** The place of a file that is to be written. */
  #fileAt(path: string, options: WriteOptions): MemoryPlace {
    const place = this.#tree.placeIn(path, { follow: true, parents: options.parents ?? true });
    if (place.node?.type === 'directory') throw new SystemError('EISDIR');
    return place;
  }

  #store(path: string, bytes: Buffer, options: WriteOptions): void {
    const place = this.#fileAt(path, options);
    const mode = place.node?.mode ?? options.mode ?? 0o644;
    this.#tree.put(place, { type: 'file', bytes, mode, modifiedMs: Date.now() });
  }
}
