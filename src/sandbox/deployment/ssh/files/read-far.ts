import type { ByteRange } from '../../../files/file-system.ts';
import { chunkBytes } from '../../../files/streams.ts';
import type { FarFile, SftpSession } from './sftp-session.ts';

/** Reads under way at the same time, once a file has shown to be long: as many as hide the way there and back. */
const readsAtOnce = 16;

/** The bytes of an open regular file, or of a range of it, in chunks of at most 64 KiB. */
export async function* readFar(
  session: SftpSession,
  file: FarFile,
  { start = 0, end = Number.POSITIVE_INFINITY }: ByteRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const underway: Promise<Buffer>[] = [];
  let position = start;
  let width = 1;
  try {
    for (;;) {
      for (; underway.length < width && position < end; position += chunkBytes) {
        underway.push(readChunk(session, file, position, Math.min(chunkBytes, end - position)));
      }
      const next = underway.shift();
      if (next === undefined) return;
      const chunk = await next;
      signal?.throwIfAborted();
      if (chunk.length > 0) yield chunk;
      if (chunk.length < chunkBytes) return;
      width = Math.min(width * 2, readsAtOnce);
    }
  } finally {
    await Promise.allSettled(underway);
  }
}

/** All bytes of a chunk, which the server may give in pieces; fewer only where the file ends. */
async function readChunk(session: SftpSession, file: FarFile, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = await session.read(file, buffer.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
