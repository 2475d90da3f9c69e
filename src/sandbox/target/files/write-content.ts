import { Buffer } from 'node:buffer';
import { contentChunks } from '../../files/file-content.ts';
import { withFileErrors } from '../../files/file-errors.ts';
import type { FileContent } from '../../files/file-system.ts';
import type { FileShell, ScriptPurpose } from './file-shell.ts';
import { printfText } from './prelude.ts';
import type { ScriptStream } from './script-stream.ts';
import type { ContentSource } from './write-scripts.ts';

/** Most bytes of one frame, and so what both ends hold: 1 MiB. */
const frameBytes = 1024 * 1024;

/** Bytes that `dd` reads at once from a whole frame. */
const blockBytes = 64 * 1024;

/** Most bytes of a content that goes inside its script. */
const inlineBytes = 16 * 1024;

/** Sends a content in frames to a script that waits for them; after a failure the script clears up before it is thrown. */
export async function sendFramed(
  stream: ScriptStream,
  content: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void = () => {},
): Promise<void> {
  await send(stream, framed(content, onBytes));
}

/** Sends bytes as they are, the next chunk made while one is on its way: no chunk may change after it was given. */
export async function send(stream: ScriptStream, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let onItsWay = Promise.resolve(true);
  try {
    for await (const chunk of bytes) {
      if (!(await onItsWay)) break;
      onItsWay = stream.send(chunk);
      onItsWay.catch(() => {});
    }
    await onItsWay;
  } catch (error) {
    await stream.giveUp();
    throw error;
  }
  await stream.finish();
}

/** The same bytes, copied into pieces of 1 MiB, the last one smaller. */
export async function* gather(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let piece = Buffer.allocUnsafeSlow(frameBytes);
  let length = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + frameBytes - length);
      piece.set(part, length);
      length += part.length;
      at += part.length;
      if (length < frameBytes) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(frameBytes);
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}

async function* framed(
  content: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of gather(content)) {
    yield Buffer.from(
      piece.length === frameBytes ? `${blockBytes} ${frameBytes / blockBytes}\n` : `${piece.length} 1\n`,
    );
    yield piece;
    onBytes(piece.length);
  }
  yield Buffer.from('0\n');
}

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield chunk.slice();
}

/**
 * Writes a content by a script on a stream, framed or as it is. A small one that may be written twice goes inside the
 * script, in one answer, where that is quick.
 */
export async function writeContent(
  shell: FileShell,
  content: FileContent,
  script: (source: ContentSource) => string,
  purpose: ScriptPurpose,
  source: 'framed' | 'plain',
): Promise<void> {
  const small = shell.isQuick && source === 'framed' ? smallContent(content) : undefined;
  if (small !== undefined) {
    await shell.answer(script({ text: printfText(small) }), purpose);
    return;
  }
  const chunks = contentChunks(content, purpose.signal);
  const stream = await shell.open(script(source), purpose);
  await withFileErrors(purpose.operation, purpose.path, () =>
    source === 'framed' ? sendFramed(stream, chunks) : send(stream, copies(chunks)),
  );
}

function smallContent(content: FileContent): Uint8Array | undefined {
  if (typeof content === 'string') return content.length > inlineBytes ? undefined : Buffer.from(content);
  return content instanceof Uint8Array && content.length <= inlineBytes ? content : undefined;
}
