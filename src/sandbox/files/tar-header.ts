import { Buffer, isUtf8 } from 'node:buffer';

/** Size of a header, and what contents are filled up to. */
export const blockBytes = 512;

/** Who owns a member, in numbers. */
export interface TarOwner {
  readonly user: number;
  readonly group: number;
}

/** One header of a tar archive (POSIX ustar, GNU). */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `5` directory, `x` and `g` pax records, `L` and `K` GNU names. */
  readonly type: string;
  readonly linkName: string;
  /** Default when it is written: user and group 0. */
  readonly owner?: TarOwner;
}

/** Largest number that eleven octal digits hold. */
export const largestOctal = 0o77777777777;

/** The place of a name in a header, or undefined where it does not fit or is not plain ASCII. */
export function fitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(name)) return undefined;
  if (name.length <= 100) return { name, prefix: '' };
  const cut = name.indexOf('/', name.length - 101);
  return cut > 0 && cut <= 155 && cut < name.length - 1
    ? { name: name.slice(cut + 1), prefix: name.slice(0, cut) }
    : undefined;
}

/** True for text of printable ASCII: the only one whose encoding a header states. */
export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** The bytes of a header; a name that does not fit is cut, a number that does not fit becomes the nearest. */
export function encodeHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(blockBytes);
  const { name, prefix } = fitName(header.name) ?? { name: header.name, prefix: '' };
  const octal = (value: number, at: number, digits: number): void => {
    const whole = Math.min(Math.max(0, Math.floor(value)), 8 ** digits - 1);
    block.write(whole.toString(8).padStart(digits, '0'), at, 'latin1');
  };
  block.write(name, 0, 100);
  octal(header.mode, 100, 7);
  octal(header.owner?.user ?? 0, 108, 7);
  octal(header.owner?.group ?? 0, 116, 7);
  octal(header.sizeBytes, 124, 11);
  octal(header.modifiedSeconds, 136, 11);
  block.write(header.type, 156, 'latin1');
  block.write(header.linkName, 157, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 7);
  octal(0, 337, 7);
  block.write(prefix, 345, 'latin1');
  octal(checkSum(block), 148, 6);
  block.write('\x00 ', 154, 'latin1');
  return block;
}

/** A header as it is read: a name is undefined where it is not UTF-8, as one that was cut to fit need not be. */
export interface ReadHeader extends Omit<TarHeader, 'name' | 'linkName'> {
  readonly name: string | undefined;
  readonly linkName: string | undefined;
}

/** A header from its bytes. @throws where they are none */
export function decodeHeader(block: Buffer): ReadHeader {
  if (readNumber(block, 148, 8) !== checkSum(block)) throw new Error('a header has a wrong checksum');
  const name = readText(block, 0, 100);
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? readText(block, 345, 155) : '';
  const isWhole = name !== undefined && prefix !== undefined;
  return {
    name: !isWhole ? undefined : prefix === '' ? name : `${prefix}/${name}`,
    mode: readNumber(block, 100, 8),
    sizeBytes: readSize(block),
    modifiedSeconds: readNumber(block, 136, 12),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156] as number),
    linkName: readText(block, 157, 100),
  };
}

/** Text up to the first NUL, or undefined where it is not UTF-8. */
export function readText(bytes: Buffer, at = 0, length: number = bytes.length): string | undefined {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  const text = end < 0 ? field : field.subarray(0, end);
  return isUtf8(text) ? text.toString('utf8') : undefined;
}

function readSize(block: Buffer): number {
  const size = readNumber(block, 124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('a header has an impossible size');
  return size;
}

/** Octal digits, or a number in two's complement where the first bit is set (GNU). */
function readNumber(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  if (((field[0] as number) & 0x80) !== 0) {
    const digits = BigInt.asIntN(length * 8 - 1, BigInt(`0x${field.toString('hex')}`));
    return Number(digits);
  }
  const text = field.toString('latin1').replaceAll('\0', ' ').trim();
  if (!/^[0-7]*$/.test(text)) throw new Error('a header has a number that is none');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** Sum of all bytes, those of the checksum itself taken as spaces. */
function checkSum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at++) {
    if (at < 148 || at >= 156) sum += block[at] as number;
  }
  return sum;
}
