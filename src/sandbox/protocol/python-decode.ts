import { isUtf8 } from 'node:buffer';

/** Python's error handlers for decoding. */
export type DecodeErrors = 'strict' | 'replace' | 'ignore' | 'backslashreplace';

/** Bytes that are no text, in the words of Python's UnicodeDecodeError. */
export interface DecodeFailure {
  /** Index of the first bad byte. */
  readonly start: number;
  /** Index after the last bad byte. */
  readonly end: number;
  readonly reason: string;
}

/** What decoding gave: a text, or with `strict` the first failure. */
export type Decoded = { readonly text: string } | { readonly failure: DecodeFailure };

/** Decodes UTF-8 as Python does: a byte order mark stays, bad bytes go through the error handler. */
export function decodeUtf8(bytes: Uint8Array, errors: DecodeErrors): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return { text: buffer.toString('utf8') };
  let text = '';
  let position = 0;
  while (position < buffer.length) {
    const failure = findFailure(buffer, position);
    text += buffer.toString('utf8', position, failure?.start ?? buffer.length);
    if (failure === undefined) break;
    if (errors === 'strict') return { failure };
    text += handle(buffer.subarray(failure.start, failure.end), errors);
    position = failure.end;
  }
  return { text };
}

/** Decodes ASCII as Python does: every byte from 0x80 on is a failure. */
export function decodeAscii(bytes: Uint8Array, errors: DecodeErrors): Decoded {
  const start = bytes.findIndex((byte) => byte >= 0x80);
  if (start >= 0 && errors === 'strict') {
    return { failure: { start, end: start + 1, reason: 'ordinal not in range(128)' } };
  }
  let text = '';
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : handle(Uint8Array.of(byte), errors);
  return { text };
}

/** The message of Python's UnicodeDecodeError. */
export function decodeFailureMessage(encoding: string, bytes: Uint8Array, failure: DecodeFailure): string {
  const { start, end, reason } = failure;
  if (end - start > 1) return `'${encoding}' codec can't decode bytes in position ${start}-${end - 1}: ${reason}`;
  const byte = (bytes[start] ?? 0).toString(16).padStart(2, '0');
  return `'${encoding}' codec can't decode byte 0x${byte} in position ${start}: ${reason}`;
}

function handle(bad: Uint8Array, errors: DecodeErrors): string {
  if (errors === 'replace') return '\ufffd';
  if (errors === 'ignore') return '';
  return Array.from(bad, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** The first failure at or after `from`, which is the start of a character. */
function findFailure(bytes: Uint8Array, from: number): DecodeFailure | undefined {
  let position = from;
  while (position < bytes.length) {
    const lead = bytes[position] as number;
    if (lead < 0x80) {
      position++;
      continue;
    }
    const length = lengthOf(lead);
    if (length === 0) return { start: position, end: position + 1, reason: 'invalid start byte' };
    for (let index = 1; index < length; index++) {
      const at = position + index;
      if (at >= bytes.length) return { start: position, end: at, reason: 'unexpected end of data' };
      const [least, most] = index === 1 ? secondByteRange(lead) : [0x80, 0xbf];
      const byte = bytes[at] as number;
      if (byte < least || byte > most) return { start: position, end: at, reason: 'invalid continuation byte' };
    }
    position += length;
  }
  return undefined;
}

function lengthOf(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

function secondByteRange(lead: number): readonly [least: number, most: number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
