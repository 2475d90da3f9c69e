import { packTree, unpackTree } from '../files/archive.ts';
import type { TransferOptions, TransferResult } from '../files/file-system.ts';
import { openStream } from './remote-events.ts';
import type { RexClient } from './remote-rex-client.ts';

/** Sends a local file or directory as a tar stream; it is packed anew when the connection is lost. */
export async function uploadTree(
  client: RexClient,
  localPath: string,
  targetPath: string,
  options: TransferOptions,
): Promise<TransferResult> {
  const path = `/files/archive?${new URLSearchParams({ path: targetPath })}`;
  const call = { path, operation: 'upload', signal: options.signal };
  return await client.send<TransferResult>(call, () => packTree(localPath, options));
}

/** Takes a file or directory of the server as a tar stream. @throws CONNECTION_FAILED when it breaks off */
export async function downloadTree(
  client: RexClient,
  targetPath: string,
  localPath: string,
  { followLinks, signal, onProgress }: TransferOptions,
): Promise<TransferResult> {
  const query = new URLSearchParams({ path: targetPath, followLinks: String(followLinks ?? false) });
  const call = { path: `/files/archive?${query}`, operation: 'download', signal };
  const message = await openStream(client, call);
  try {
    const bytes = whole(client, message as AsyncIterable<Uint8Array>, signal);
    return await unpackTree(bytes, localPath, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) });
  } finally {
    message.destroy();
  }
}

async function* whole(
  client: RexClient,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    signal?.throwIfAborted();
    throw client.failed(error);
  }
}
