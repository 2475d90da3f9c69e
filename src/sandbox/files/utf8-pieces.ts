import { bufferOf, type TextPiece } from './text-codec.ts';

/**
 * UTF-8 text in pieces, with the ill-formed sequences between them. A sequence is the longest start of a character
 * that could have become one, or a single byte (Unicode 16, section 3.9, "maximal subparts"), as in Python.
 */
export function* utf8Pieces(bytes: Uint8Array): Generator<TextPiece, void, undefined> {
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    if ((bytes[at] as number) < 0x80) {
      at += 1;
      continue;
    }
    const { length, complete } = sequenceAt(bytes, at);
    if (!complete) {
      if (at > start) yield bufferOf(bytes.subarray(start, at)).toString('utf8');
      yield { at, length };
      start = at + length;
    }
    at += length;
  }
  if (at > start) yield bufferOf(bytes.subarray(start)).toString('utf8');
}

/** The sequence that begins with a byte from 0x80 on (Unicode 16, table 3-7). */
function sequenceAt(bytes: Uint8Array, at: number): { length: number; complete: boolean } {
  const lead = bytes[at] as number;
  const expected = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let index = 1; index < expected; index++) {
    const byte = bytes[at + index];
    const lowest = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const highest = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte === undefined || byte < lowest || byte > highest) return { length: index, complete: false };
  }
  return { length: expected, complete: expected > 1 };
}
