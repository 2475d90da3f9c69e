import type { FileHandle } from 'node:fs/promises';
import { invalidArgument } from '../../core/errors.ts';
import { SourceError } from './file-errors.ts';
import type { FileContent } from './file-system.ts';
import { abortable, retyped } from './streams.ts';

/** Writes all of a content at the end of what was written to the handle; memory stays that of one chunk. */
export async function writeContent(
  handle: FileHandle,
  content: FileContent,
  signal?: AbortSignal,
  onBytes?: (count: number) => void,
): Promise<void> {
  if (content instanceof Uint8Array) {
    signal?.throwIfAborted();
    await handle.writeFile(content);
    return onBytes?.(content.length);
  }
  for await (const chunk of contentChunks(content, signal)) {
    await handle.writeFile(chunk);
    onBytes?.(chunk.length);
  }
}

/**
 * A content as bytes; text is UTF-8, and a surrogate pair cut between two chunks of text stays one character.
 *
 * @throws INVALID_ARGUMENT for a chunk that is neither text nor bytes, a {@link SourceError} around what the source throws
 */
export async function* contentChunks(
  content: FileContent,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  if (typeof content === 'string') return yield Buffer.from(content);
  if (content instanceof Uint8Array) return yield content;
  if (content === null || typeof content !== 'object' || !(Symbol.asyncIterator in content)) {
    throw invalidArgument('content', 'text, bytes or a stream of them', content);
  }
  let half = '';
  const source = abortable(content as AsyncIterable<unknown>, signal);
  for await (const chunk of retyped(source, (error) => new SourceError(error))) {
    if (typeof chunk === 'string') {
      const text = half + chunk;
      half = endsInHalf(text) ? text.slice(-1) : '';
      yield Buffer.from(half === '' ? text : text.slice(0, -1));
    } else if (chunk instanceof Uint8Array) {
      if (half !== '') yield Buffer.from(half);
      half = '';
      yield chunk;
    } else {
      throw invalidArgument('content', 'chunks of text or bytes', chunk);
    }
  }
  if (half !== '') yield Buffer.from(half);
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
