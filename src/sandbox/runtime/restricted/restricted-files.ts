import { RexError } from '../../../core/errors.ts';
import { decodeText } from '../../files/decode-text.ts';
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
import { PathScope } from '../../files/path-scope.ts';
import { readTree } from '../../files/read-tree.ts';
import type { PathGuard } from './path-guard.ts';
import { checkLimit, denied, type RuntimePolicy } from './runtime-policy.ts';

type Reading = ByteRange & { readonly signal?: AbortSignal };

/** The files of a restricted runtime: every path is checked, what is checked is what is used. */
export class RestrictedFiles implements FileSystem {
  readonly #files: FileSystem;
  readonly #guard: PathGuard;
  readonly #policy: RuntimePolicy;
  readonly #assertOpen: (operation: string) => void;

  constructor(files: FileSystem, guard: PathGuard, policy: RuntimePolicy, assertOpen: (operation: string) => void) {
    this.#files = files;
    this.#guard = guard;
    this.#policy = policy;
    this.#assertOpen = assertOpen;
  }

  async readBytes(path: string, options: Reading = {}): Promise<Uint8Array> {
    this.#assertOpen('files.read');
    const location = await this.#guard.follow(path, 'read');
    const { maxFileBytes } = this.#policy;
    if (maxFileBytes === undefined) return await this.#files.readBytes(location, options);
    const { start = 0, end = Number.POSITIVE_INFINITY } = options;
    const bytes = await this.#files.readBytes(location, { ...options, end: Math.min(end, start + maxFileBytes + 1) });
    checkLimit(this.#policy, 'maxFileBytes', bytes.length);
    return bytes;
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const bytes = await this.readBytes(path, options);
    return decodeText(bytes, { ...options, path, offset: options.start ?? 0 });
  }

  async *readStream(path: string, options: Reading = {}): AsyncGenerator<Uint8Array, void, undefined> {
    this.#assertOpen('files.read');
    const location = await this.#guard.follow(path, 'read');
    yield* this.#counted(this.#files.readStream(location, { ...options }), 0);
  }

  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    this.#assertWritable('write', path);
    const location = await this.#guard.follow(path, 'write');
    await this.#files.write(location, this.#countedContent(content, 0), options);
  }

  async append(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    this.#assertWritable('append', path);
    const location = await this.#guard.follow(path, 'append');
    const existing = this.#policy.maxFileBytes === undefined ? 0 : await this.#sizeOf(location);
    await this.#files.append(location, this.#countedContent(content, existing), options);
  }

  async stat(path: string): Promise<FileInfo> {
    this.#assertOpen('files.stat');
    const info = await this.#files.stat(await this.#guard.entry(path, 'stat'));
    return this.#guard.root === undefined ? info : { ...info, path: this.#guard.absolute(path) };
  }

  async list(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<FileInfo[]> {
    this.#assertOpen('files.list');
    const location = await this.#guard.follow(path, 'list');
    const found = await this.#files.list(location, options);
    return found.map((info) => ({ ...info, path: this.#asked(info.path, location, path) }));
  }

  async exists(path: string): Promise<boolean> {
    this.#assertOpen('files.stat');
    return await this.#files.exists(await this.#guard.entry(path, 'stat'));
  }

  async mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    this.#assertWritable('mkdir', path);
    await this.#files.mkdir(await this.#guard.follow(path, 'mkdir'), options);
  }

  async remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    this.#assertWritable('remove', path);
    await this.#files.remove(await this.#guard.removable(path, 'remove'), options);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#assertWritable('rename', from);
    const source = await this.#guard.removable(from, 'rename');
    await this.#files.rename(source, await this.#guard.removable(to, 'rename'));
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.#assertWritable('chmod', path);
    await this.#files.chmod(await this.#guard.follow(path, 'chmod'), mode);
  }

  async *watch(
    path: string,
    options: { readonly recursive?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<FileChange, void, undefined> {
    this.#assertOpen('files.watch');
    const location = await this.#guard.follow(path, 'watch');
    for await (const change of this.#files.watch(location, options)) {
      yield { type: change.type, path: this.#asked(change.path, location, path) };
    }
  }

  async upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    this.#assertWritable('upload', targetPath);
    const given = { ...options };
    const local = this.#localPlace(localPath, 'upload');
    await this.#checkUpload(local, given);
    return await this.#files.upload(local, await this.#guard.follow(targetPath, 'upload'), given);
  }

  async download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    this.#assertOpen('files.download');
    const given = { ...options };
    if (given.followLinks && this.#guard.root !== undefined) throw denied('root', 'a download with followLinks');
    const local = this.#localPlace(localPath, 'download');
    const source = await this.#guard.follow(targetPath, 'download');
    await this.#checkDownload(source, given);
    return await this.#files.download(source, local, given);
  }

  #assertWritable(operation: string, path: string): void {
    this.#assertOpen(`files.${operation}`);
    if (this.#policy.readOnly) throw denied('readOnly', `${operation} ${path}`);
  }

  #localPlace(path: string, operation: string): string {
    const { localRoot, root } = this.#policy;
    if (localRoot !== undefined) return new PathScope({ root: localRoot }).follow(path, operation);
    if (root !== undefined) throw denied('localRoot', `${operation} of ${path}`);
    return path;
  }

  /** Looks at what is to be uploaded: how large each file is, and where links lead that would be followed. */
  async #checkUpload(local: string, options: TransferOptions): Promise<void> {
    const { localRoot, maxFileBytes } = this.#policy;
    const mayLead = options.followLinks === true && localRoot !== undefined;
    if (maxFileBytes === undefined && !mayLead) return;
    const scope = new PathScope({ root: localRoot });
    const checkLink = (location: string) => void scope.follow(location, 'upload');
    for await (const member of readTree(local, { ...options, operation: 'upload', checkLink })) {
      if (member.type === 'file') checkLimit(this.#policy, 'maxFileBytes', member.content.sizeBytes);
    }
  }

  async #checkDownload(source: string, { signal }: TransferOptions): Promise<void> {
    if (this.#policy.maxFileBytes === undefined) return;
    const top = await this.#files.stat(source);
    const listing = { recursive: true, ...(signal && { signal }) };
    const below = top.type === 'directory' ? await this.#files.list(source, listing) : [top];
    for (const { type, sizeBytes } of below) {
      if (type === 'file') checkLimit(this.#policy, 'maxFileBytes', sizeBytes);
    }
  }

  async #sizeOf(location: string): Promise<number> {
    try {
      return (await this.#files.stat(location)).sizeBytes;
    } catch (error) {
      if (RexError.is(error, 'FILE_NOT_FOUND')) return 0;
      throw error;
    }
  }

  #countedContent(content: FileContent, before: number): FileContent {
    if (this.#policy.maxFileBytes === undefined) return content;
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      return this.#counted(content as AsyncIterable<Uint8Array | string>, before);
    }
    checkLimit(this.#policy, 'maxFileBytes', before + Buffer.byteLength(content));
    return content;
  }

  async *#counted<Chunk extends Uint8Array | string>(chunks: AsyncIterable<Chunk>, before: number) {
    let bytes = before;
    for await (const chunk of chunks) {
      bytes += Buffer.byteLength(chunk);
      checkLimit(this.#policy, 'maxFileBytes', bytes);
      yield chunk;
    }
  }

  /** A path below a location as the caller, who asked by another path, would write it. */
  #asked(found: string, location: string, path: string): string {
    if (this.#guard.root === undefined || !found.startsWith(location)) return found;
    return this.#guard.absolute(path) + found.slice(location.length);
  }
}
