/** Most bytes of one chunk of a stream, and of a file that is read in one piece on the way: 64 KiB. */
export const chunkBytes: number = 64 * 1024;

/** Most bytes of one chunk where a whole tree is carried: 512 KiB. Fewer, larger reads wait less for a busy machine. */
export const carriedBytes: number = 512 * 1024;

/** The same items until the signal aborts: then the pending wait ends at once with the signal's reason. */
export async function* abortable<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void, undefined> {
  if (signal === undefined) return yield* items;
  signal.throwIfAborted();
  const iterator = items[Symbol.asyncIterator]();
  let interrupt: (reason: unknown) => void = () => {};
  const onAbort = (): void => interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Item>>((settle, fail) => {
        interrupt = fail;
        iterator.next().then(settle, fail);
      });
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    const closing = ended ? undefined : iterator.return?.();
    if (signal.aborted) closing?.catch(() => {});
    else await closing;
  }
}

/** Joins small chunks to such of about `wantedBytes`, and keeps those of 64 KiB and more as they are. */
export async function* joinChunks(
  chunks: AsyncIterable<Uint8Array>,
  wantedBytes: number = chunkBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const join = (): Uint8Array => {
    const joined = waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
    return joined;
  };
  for await (const chunk of chunks) {
    const isLarge = chunk.length >= chunkBytes;
    if (waitingBytes > 0 && (isLarge || waitingBytes + chunk.length > wantedBytes)) yield join();
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (isLarge || waitingBytes >= wantedBytes) yield join();
  }
  if (waitingBytes > 0) yield join();
}

/** All bytes of a stream, in one piece. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

/** The same chunks; throws what `tooShort` gives where they end before `sizeBytes`. */
export async function* exactBytes(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  tooShort: () => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes < sizeBytes) throw tooShort();
}

/** The same items; what their source throws goes through `type` first. */
export async function* retyped<Item>(
  items: AsyncIterable<Item>,
  type: (error: unknown) => unknown,
): AsyncGenerator<Item, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    throw type(error);
  }
}
