import { isAscii, isUtf8 } from 'node:buffer';
import { bufferOf, type TextCodec } from './text-codec.ts';
import { utf8Pieces } from './utf8-pieces.ts';

/** UTF-8; a byte order mark stays in the text. */
export const utf8: TextCodec = {
  name: 'utf-8',
  decode: (bytes) => (isUtf8(bytes) ? bufferOf(bytes).toString('utf8') : undefined),
  pieces: utf8Pieces,
};

/** The seven bits of ASCII. */
export const ascii: TextCodec = {
  name: 'ascii',
  decode: (bytes) => (isAscii(bytes) ? bufferOf(bytes).toString('latin1') : undefined),
  *pieces(bytes) {
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      if ((bytes[at] as number) < 0x80) continue;
      yield bufferOf(bytes.subarray(start, at)).toString('latin1');
      yield { at, length: 1 };
      start = at + 1;
    }
    yield bufferOf(bytes.subarray(start)).toString('latin1');
  },
};

/** ISO 8859-1: every byte is the code point of its number. */
export const latin1: TextCodec = {
  name: 'latin-1',
  decode: (bytes) => bufferOf(bytes).toString('latin1'),
  pieces: (bytes) => [bufferOf(bytes).toString('latin1')],
};
