import type {
  FileContent,
  FileInfo,
  FileSystem,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from '../files/file-system.ts';
import { emptyResponse, readFileResponse } from '../protocol/swe-rex-responses.ts';
import type { SweRexClient } from './remote-swe-rex-client.ts';
import { refuseOptions, unsupported } from './remote-swe-rex-unsupported.ts';
import { uploadToSweRex } from './remote-swe-rex-upload.ts';

/** The files of a SWE-ReX server: whole texts, and uploads. Its reading turns every kind of line end into `\n`. */
export class SweRexFiles implements FileSystem {
  readonly #client: SweRexClient;

  constructor(client: SweRexClient) {
    this.#client = client;
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    refuseOptions(options, { start: 'ranges of files', end: 'ranges of files' });
    const { encoding = 'utf-8', errors = 'strict', signal } = options;
    const call = { operation: 'readText', path, encoding, signal };
    const { content } = await this.#client.post('/read_file', readFileResponse, call, { path, encoding, errors });
    return content;
  }

  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
    refuseOptions(options, { mode: 'file modes' });
    if (options.parents === false) throw unsupported('writing without making parents');
    const call = { operation: 'write', path, signal: options.signal };
    await this.#client.post('/write_file', emptyResponse, call, { path, content: toText(content) });
  }

  async upload(localPath: string, targetPath: string, options: TransferOptions = {}): Promise<TransferResult> {
    return await uploadToSweRex(this.#client, localPath, targetPath, options);
  }

  async readBytes(): Promise<Uint8Array> {
    throw unsupported('reading of bytes');
  }

  // biome-ignore lint/correctness/useYield: it throws at the first step, as a stream of a missing file does
  async *readStream(): AsyncGenerator<Uint8Array> {
    throw unsupported('reading of bytes');
  }

  async append(): Promise<void> {
    throw unsupported('appending to files');
  }

  async stat(): Promise<FileInfo> {
    throw unsupported('facts about files');
  }

  async list(): Promise<FileInfo[]> {
    throw unsupported('listing of directories');
  }

  async exists(): Promise<boolean> {
    throw unsupported('facts about files');
  }

  async mkdir(): Promise<void> {
    throw unsupported('making of directories');
  }

  async remove(): Promise<void> {
    throw unsupported('removal of files');
  }

  async rename(): Promise<void> {
    throw unsupported('renaming of files');
  }

  async chmod(): Promise<void> {
    throw unsupported('file modes');
  }

  // biome-ignore lint/correctness/useYield: as for readStream
  async *watch(): AsyncGenerator<never> {
    throw unsupported('watching of files');
  }

  async download(): Promise<TransferResult> {
    throw unsupported('download');
  }
}

function toText(content: FileContent): string {
  if (typeof content === 'string') return content;
  if (!(content instanceof Uint8Array)) throw unsupported('writing of streams');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw unsupported('writing of bytes that are no text');
  }
}
