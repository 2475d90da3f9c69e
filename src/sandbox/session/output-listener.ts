import { StringDecoder } from 'node:string_decoder';
import type { Cursor, OutputStream } from '../process/process-handle.ts';
import type { OutputChunk } from './session.ts';

/** Takes a piece of output and its place. */
export type OutputListener = (stream: OutputStream, data: Uint8Array, cursor: Cursor) => void;

/**
 * Makes chunks of pieces for a caller's `onOutput`. What the caller throws goes to `onError`, once; it is not called
 * again then.
 */
export function outputListener(
  onOutput: (chunk: OutputChunk) => void,
  onError: (error: unknown) => void,
): OutputListener {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  let over = false;
  return (stream, data, cursor) => {
    if (over) return;
    try {
      onOutput({ stream, cursor, data, text: decoders[stream].write(Buffer.from(data)) });
    } catch (error) {
      over = true;
      onError(error);
    }
  };
}

/** A listener whose pieces are whole lines, each changed; `end` passes on what has no newline. */
export function lineListener(
  listener: OutputListener,
  change: (line: string) => string,
): { readonly take: OutputListener; end(): void } {
  const held = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const place = { stdout: 0, stderr: 0 };
  const give = (stream: OutputStream, bytes: Buffer) => {
    const text = bytes.toString('utf8');
    const changed = change(text);
    if (bytes.length > 0) listener(stream, changed === text ? bytes : Buffer.from(changed), place[stream]);
  };
  return {
    take: (stream, data, cursor) => {
      if (held[stream].length === 0) place[stream] = cursor;
      const bytes = Buffer.concat([held[stream], data]);
      const cut = bytes.lastIndexOf(10) + 1;
      give(stream, bytes.subarray(0, cut));
      if (cut > 0) place[stream] = cursor + data.length - (bytes.length - cut);
      held[stream] = bytes.subarray(cut);
    },
    end: () => {
      for (const stream of ['stdout', 'stderr'] as const) give(stream, held[stream]);
    },
  };
}
