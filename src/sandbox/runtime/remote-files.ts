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
} from '../files/file-system.ts';
import { decodeError } from '../protocol/rex-protocol.ts';
import { downloadTree, uploadTree } from './remote-archives.ts';
import { contentBytes, cutContent } from './remote-content.ts';
import { openStream } from './remote-events.ts';
import { decodeFileInfo, type WireFileInfo } from './remote-file-wire.ts';
import { readLines } from './remote-lines.ts';
import type { RexCall, RexClient } from './remote-rex-client.ts';
import { compact } from './remote-value-wire.ts';

type Signalled = { readonly signal?: AbortSignal };

/** The files of a server; see {@link FileSystem}. Contents travel as bytes, directories as tar streams. */
export class RemoteFiles implements FileSystem {
  readonly #client: RexClient;

  constructor(client: RexClient) {
    this.#client = client;
  }

  async readBytes(path: string, { start, end, signal }: ByteRange & Signalled = {}): Promise<Uint8Array> {
    return await this.#client.bytes(call('readBytes', 'content', { path, start, end }, signal));
  }

  async readText(path: string, { start, end, encoding, errors, signal }: ReadTextOptions = {}): Promise<string> {
    const query = { path, start, end, encoding, errors };
    const { content } = await this.#client.get<{ readonly content: string }>(call('readText', 'text', query, signal));
    return content;
  }

  /** @throws CONNECTION_FAILED when the connection is lost on the way; nothing comes twice */
  async *readStream(path: string, { start, end, signal }: ByteRange & Signalled = {}): AsyncGenerator<Uint8Array> {
    const message = await openStream(this.#client, call('readStream', 'content', { path, start, end }, signal));
    try {
      yield* message as AsyncIterable<Uint8Array>;
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#client.failed(error);
    } finally {
      message.destroy();
    }
  }

  async write(path: string, content: FileContent, { mode, parents, signal }: WriteOptions = {}): Promise<void> {
    const whole = typeof content === 'string' || content instanceof Uint8Array;
    const body = whole ? content : contentBytes(content);
    await this.#client.send(call('write', 'content', { path, mode, parents }, signal), body);
  }

  /** Long contents are added in several steps. */
  async append(path: string, content: FileContent, { mode, parents, signal }: WriteOptions = {}): Promise<void> {
    for await (const piece of cutContent(content)) {
      await this.#client.send(call('append', 'append', { path, mode, parents }, signal), piece);
    }
  }

  async stat(path: string): Promise<FileInfo> {
    return decodeFileInfo(await this.#client.get<WireFileInfo>(call('stat', 'stat', { path })));
  }

  async list(
    path: string,
    { recursive, signal }: { readonly recursive?: boolean } & Signalled = {},
  ): Promise<FileInfo[]> {
    const listing = call('list', 'list', { path, recursive }, signal);
    const { entries } = await this.#client.get<{ readonly entries: readonly WireFileInfo[] }>(listing);
    return entries.map(decodeFileInfo);
  }

  async exists(path: string): Promise<boolean> {
    const { exists } = await this.#client.get<{ readonly exists: boolean }>(call('exists', 'exists', { path }));
    return exists;
  }

  async mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): Promise<void> {
    await this.#client.post(call('mkdir', 'mkdir'), { path, ...compact(options) });
  }

  async remove(
    path: string,
    options: { readonly recursive?: boolean; readonly missing?: 'error' | 'ignore' } = {},
  ): Promise<void> {
    await this.#client.post(call('remove', 'remove'), { path, ...compact(options) });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#client.post(call('rename', 'rename'), { path: from, to });
  }

  async chmod(path: string, mode: number): Promise<void> {
    await this.#client.post(call('chmod', 'chmod'), { path, mode });
  }

  /** @throws CONNECTION_FAILED when the connection is lost, since changes may have been missed */
  async *watch(
    path: string,
    { recursive, signal }: { readonly recursive?: boolean } & Signalled = {},
  ): AsyncGenerator<FileChange> {
    const message = await openStream(this.#client, call('watch', 'watch', { path, recursive }, signal));
    const lines = readLines<FileChange | { readonly type: 'error' }>(message);
    for (;;) {
      const line = await lines.next().catch((error: unknown) => {
        signal?.throwIfAborted();
        throw this.#client.failed(error);
      });
      if (line.done === true) return;
      if (line.value.type === 'error') throw decodeError(line.value);
      yield line.value;
    }
  }

  upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return uploadTree(this.#client, localPath, targetPath, options);
  }

  download(targetPath: string, localPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return downloadTree(this.#client, targetPath, localPath, options);
  }
}

function call(
  operation: string,
  action: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
  signal?: AbortSignal,
): RexCall {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return { path: `/files/${action}?${search}`, operation, signal };
}
