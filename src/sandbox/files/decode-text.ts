import { invalidArgument, RexError } from '../../core/errors.ts';
import type { ReadTextOptions } from './file-system.ts';
import { labelCodec } from './label-codec.ts';
import { ascii, latin1, utf8 } from './plain-codecs.ts';
import type { TextCodec } from './text-codec.ts';

/** How {@link decodeText} reads bytes, and what it says of them in an error. */
export interface DecodeTextOptions extends Pick<ReadTextOptions, 'encoding' | 'errors'> {
  /** Path that an error names. Default empty. */
  readonly path?: string;
  /** Operation that an error names. Default `read`. */
  readonly operation?: string;
  /** Position of the first byte in its file, for an error. Default 0. */
  readonly offset?: number;
}

/**
 * Text of bytes in an encoding: a label of the Encoding Standard or one of Python's names (`utf8`, `utf-8-sig`,
 * `latin-1`, `ascii`, `utf_16`, `cp932`), whatever its case.
 *
 * As in Python and in `Buffer`, and unlike in browsers, `latin-1` is ISO 8859-1, a code point a byte, and `ascii` ends
 * at 0x7f; the mixture that browsers take both for is `windows-1252`. A byte order mark stays in the text, except with
 * `utf-8-sig` and with `utf-16`, which is little-endian where it has none.
 *
 * @throws FILE_NOT_TEXT with the position of the first bad byte when `errors` is `strict` (default), INVALID_ARGUMENT
 * for an encoding or an error mode that nobody knows
 */
export function decodeText(bytes: Uint8Array, options: DecodeTextOptions = {}): string {
  const { encoding = 'utf-8', errors = 'strict' } = options;
  const { codec, markBytes } = chooseCodec(encoding, bytes);
  const body = bytes.subarray(markBytes);
  const replace = replacements[errors];
  if (replace === undefined) throw invalidArgument('errors', Object.keys(replacements).join(', '), errors);
  const whole = codec.decode(body);
  if (whole !== undefined) return whole;
  let text = '';
  for (const piece of codec.pieces(body)) {
    if (typeof piece === 'string') text += piece;
    else if (replace === 'throw') throw notText(markBytes + piece.at, codec.name, options);
    else text += replace(body.subarray(piece.at, piece.at + piece.length));
  }
  return text;
}

type Replacement = 'throw' | ((bad: Uint8Array) => string);

const replacements: Readonly<Record<NonNullable<ReadTextOptions['errors']>, Replacement>> = {
  strict: 'throw',
  replace: () => '\ufffd',
  ignore: () => '',
  backslashreplace: (bad) => Array.from(bad, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
};

const aliases: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  u8: 'utf-8',
  'utf8-sig': 'utf-8-sig',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  'us-ascii': 'ascii',
  '646': 'ascii',
  latin1: 'latin-1',
  l1: 'latin-1',
  'iso-8859-1': 'latin-1',
  'iso8859-1': 'latin-1',
  '8859': 'latin-1',
  cp819: 'latin-1',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  'mac-roman': 'macintosh',
};

function chooseCodec(encoding: string, bytes: Uint8Array): { codec: TextCodec; markBytes: number } {
  const label = encoding.trim().toLowerCase();
  const spelled = label.replaceAll(/[_ ]/g, '-');
  const name = aliases[spelled] ?? spelled;
  switch (name) {
    case 'utf-8':
      return { codec: utf8, markBytes: 0 };
    case 'utf-8-sig':
      return { codec: utf8, markBytes: startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0 };
    case 'ascii':
      return { codec: ascii, markBytes: 0 };
    case 'latin-1':
      return { codec: latin1, markBytes: 0 };
    case 'utf-16': {
      const isBigEndian = startsWith(bytes, 0xfe, 0xff);
      const codec = labelled(isBigEndian ? 'utf-16be' : 'utf-16le', encoding);
      return { codec, markBytes: isBigEndian || startsWith(bytes, 0xff, 0xfe) ? 2 : 0 };
    }
    default:
      return { codec: labelCodec(label) ?? labelled(name, encoding), markBytes: 0 };
  }
}

function labelled(label: string, encoding: string): TextCodec {
  const codec = labelCodec(label);
  if (codec === undefined) throw invalidArgument('encoding', 'a label of the Encoding Standard', encoding);
  return codec;
}

function startsWith(bytes: Uint8Array, ...mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

function notText(at: number, encoding: string, options: DecodeTextOptions): RexError<'FILE_NOT_TEXT'> {
  const { path = '', operation = 'read', offset = 0 } = options;
  const position = offset + at;
  const message = `cannot ${operation} ${path} as text: the byte at position ${position} is no ${encoding}`;
  const hint = "Read it as bytes, name its `encoding`, or pass `errors: 'replace'`.";
  return new RexError('FILE_NOT_TEXT', message, { path, operation, encoding, position }, { hint });
}
