import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { invalidArgument } from '../../core/errors.ts';
import { fileError } from './file-errors.ts';
import type { ByteRange } from './file-system.ts';
import { chunkBytes, collectBytes, retyped } from './streams.ts';

/** A range of a file's bytes, and a way to stop. */
export interface ReadOptions extends ByteRange {
  /** Most bytes of one chunk. Default: 64 KiB. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Never waits: a pipe that nobody writes to is empty. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** All bytes of a file or of a range of it, which may end beyond the file. */
export async function readWhole(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const { start, end } = checkRange(options);
  const isPart = start > 0 || end !== Number.POSITIVE_INFINITY;
  if (isPart || options.signal !== undefined) return collectBytes(readChunks(path, options));
  await using handle = await open(path, readFlags);
  return await handle.readFile();
}

/** All bytes of a file whose size is about known, in one read; not more than `maximumBytes`, should it have grown. */
export async function readSmall(path: string, expectedBytes: number, maximumBytes: number): Promise<Uint8Array> {
  await using handle = await open(path, readFlags);
  // One byte more tells whether there is more.
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(expectedBytes + 1), 0, expectedBytes + 1, 0);
  if (bytesRead <= expectedBytes) return buffer.subarray(0, bytesRead);
  return await collectBytes(readChunks(path, { end: maximumBytes }));
}

/** The bytes of a file or of a range of it in chunks. The file is closed however the loop ends. */
export async function* readChunks(path: string, options: ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { start, end } = checkRange(options);
  const { mostBytes = chunkBytes } = options;
  options.signal?.throwIfAborted();
  await using handle = await open(path, readFlags);
  const isSeekable = start > 0 || (await handle.stat()).isFile();
  for (let position = start; position < end; ) {
    options.signal?.throwIfAborted();
    const wanted = Math.min(mostBytes, end - position);
    const { buffer, bytesRead } = await handle.read(
      Buffer.allocUnsafeSlow(wanted),
      0,
      wanted,
      isSeekable ? position : null,
    );
    if (bytesRead === 0) return;
    yield bytesRead === wanted ? buffer : buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** As {@link readChunks}, with typed errors that speak of `name`. */
export function readTyped(path: string, options: ReadOptions = {}, name: string = path): AsyncIterable<Uint8Array> {
  return retyped(readChunks(path, options), (error) => fileError(error, 'read', name));
}

/** A range with both its ends. @throws INVALID_ARGUMENT */
export function checkRange({ start = 0, end = Number.POSITIVE_INFINITY }: ByteRange): { start: number; end: number } {
  const isPosition = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!isPosition(start)) throw invalidArgument('start', 'a position in bytes, 0 or more', start);
  if (!isPosition(end) && end !== Number.POSITIVE_INFINITY)
    throw invalidArgument('end', 'a position in bytes, 0 or more', end);
  return { start, end };
}
