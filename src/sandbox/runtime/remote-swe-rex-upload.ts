import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { randomId } from '../../core/ids.ts';
import { withFileErrors } from '../files/file-errors.ts';
import type { TransferOptions, TransferResult } from '../files/file-system.ts';
import { makeZip } from '../files/zip.ts';
import { emptyResponse } from '../protocol/swe-rex-responses.ts';
import type { SweRexClient } from './remote-swe-rex-client.ts';

/**
 * Uploads a file as it is, a directory as a zip, to a SWE-ReX server. That server drops modes and times; links travel as
 * what they stand for.
 */
export async function uploadToSweRex(
  client: SweRexClient,
  localPath: string,
  targetPath: string,
  options: TransferOptions,
): Promise<TransferResult> {
  const source = resolve(localPath);
  const stats = await withFileErrors('upload', localPath, () => stat(source));
  const carried = { files: 0, bytes: 0 };
  const onProgress: TransferOptions['onProgress'] = (progress) => {
    Object.assign(carried, progress);
    options.onProgress?.(progress);
  };
  const whole = { ...options, followLinks: true, onProgress };
  const file = stats.isDirectory()
    ? { name: 'zipped_transfer.zip', type: 'application/zip', bytes: makeZip(source, whole) }
    : { name: basename(source), type: 'application/octet-stream', bytes: readFile(source, whole) };
  const form = multipart(file, { target_path: targetPath, unzip: String(stats.isDirectory()) });
  const call = { operation: 'upload', path: targetPath, signal: options.signal };
  await client.postForm('/upload', emptyResponse, call, form);
  return { ...carried, directories: stats.isDirectory() ? 1 : 0, links: 0 };
}

interface FilePart {
  readonly name: string;
  readonly type: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

function multipart(
  file: FilePart,
  fields: Readonly<Record<string, string>>,
): { readonly type: string; readonly body: AsyncIterable<Uint8Array> } {
  const boundary = randomId(32);
  async function* body(): AsyncGenerator<Uint8Array> {
    const filename = file.name.replaceAll('"', '%22').replace(/[\r\n]/g, '_');
    yield Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n` +
        `Content-Type: ${file.type}\r\n\r\n`,
    );
    yield* file.bytes;
    for (const [name, value] of Object.entries(fields)) {
      yield Buffer.from(`\r\n--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`);
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return { type: `multipart/form-data; boundary=${boundary}`, body: body() };
}

async function* readFile(path: string, { signal, onProgress }: TransferOptions): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of createReadStream(path, signal ? { signal } : {}) as AsyncIterable<Uint8Array>) {
    yield chunk;
    bytes += chunk.length;
    onProgress?.({ bytes, files: 0 });
  }
  onProgress?.({ bytes, files: 1 });
}
