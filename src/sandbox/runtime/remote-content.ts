import { invalidArgument } from '../../core/errors.ts';
import type { FileContent } from '../files/file-system.ts';

/** Most bytes of a request that adds to something: small enough to be kept whole, and to be sent again. */
const pieceBytes = 1024 * 1024;

/** A content as bytes, in whatever chunks it comes. @throws INVALID_ARGUMENT for a chunk that is neither text nor bytes */
export async function* contentBytes(content: FileContent): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    yield toBytes(content);
    return;
  }
  for await (const chunk of content as AsyncIterable<unknown>) yield toBytes(chunk);
}

/** A content in pieces that fit into a request each; at least one, even when it is empty. */
export async function* cutContent(content: FileContent): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let empty = true;
  for await (const chunk of contentBytes(content)) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + pieceBytes - waitingBytes);
      from += part.length;
      waiting.push(part);
      waitingBytes += part.length;
      if (waitingBytes < pieceBytes) continue;
      yield Buffer.concat(waiting);
      empty = false;
      waiting = [];
      waitingBytes = 0;
    }
  }
  if (waitingBytes > 0 || empty) yield Buffer.concat(waiting);
}

function toBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw invalidArgument('content', 'text, bytes or a stream of them', chunk);
}
