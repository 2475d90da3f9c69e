import { TextDecoder } from 'node:util';
import type { TextCodec, TextPiece } from './text-codec.ts';

/** The codec of a label of the Encoding Standard, or undefined where the platform knows none. */
export function labelCodec(label: string): TextCodec | undefined {
  try {
    const { encoding } = strictDecoder(label);
    return {
      name: encoding,
      decode: (bytes) => decodeWhole(encoding, bytes),
      pieces: (bytes) => labelPieces(encoding, bytes),
    };
  } catch {
    return undefined;
  }
}

const blockBytes = 256;
const longestSequenceBytes = 4;

/**
 * Text in blocks as long as they are good. In a block that is not, the first byte of the first bad sequence is the bad
 * one, and reading goes on behind it.
 */
function* labelPieces(label: string, bytes: Uint8Array): Generator<TextPiece, void, undefined> {
  let start = 0;
  while (start < bytes.length) {
    const block = goodBlock(label, bytes, start);
    const { text, end } = block ?? untilBad(label, bytes, start);
    if (text !== '') yield text;
    if (block === undefined) yield { at: end, length: 1 };
    start = block === undefined ? end + 1 : end;
  }
}

/** A block that ends with a whole character, or undefined where some byte in it is bad. */
function goodBlock(label: string, bytes: Uint8Array, start: number): { text: string; end: number } | undefined {
  const limit = Math.min(start + blockBytes, bytes.length);
  for (let end = limit; end > Math.max(start, limit - longestSequenceBytes); end--) {
    const text = decodeWhole(label, bytes.subarray(start, end));
    if (text !== undefined) return { text, end };
  }
  return undefined;
}

/** The text before the first bad sequence, byte by byte; `end` is where that sequence begins. */
function untilBad(label: string, bytes: Uint8Array, start: number): { text: string; end: number } {
  const decoder = strictDecoder(label);
  let text = '';
  let end = start;
  try {
    for (let at = start; at < bytes.length; at++) {
      const characters = decoder.decode(bytes.subarray(at, at + 1), { stream: true });
      if (characters === '') continue;
      text += characters;
      end = at + 1;
    }
  } catch {
    // The bytes from `end` on are the bad sequence.
  }
  return { text, end };
}

function decodeWhole(label: string, bytes: Uint8Array): string | undefined {
  const decoder = strictDecoder(label);
  try {
    // In two steps: Node's one-step path reads windows-1252 as ISO 8859-1.
    return decoder.decode(bytes, { stream: true }) + decoder.decode();
  } catch {
    return undefined;
  }
}

function strictDecoder(label: string): TextDecoder {
  return new TextDecoder(label, { fatal: true, ignoreBOM: true });
}
