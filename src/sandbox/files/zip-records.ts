import { Buffer } from 'node:buffer';

/** What the records of one zip member say (PKWARE APPNOTE 6.3, Info-ZIP's extended timestamp and Unix modes). */
export interface ZipEntry {
  /** Name in UTF-8; that of a directory ends with `/`. */
  readonly name: Buffer;
  /** Type and permission bits, as `stat` gives them. */
  readonly unixMode: number;
  readonly modifiedMs: number;
  readonly isDeflated: boolean;
  /** Whether sizes and checksum follow the content, being unknown before it. */
  readonly isStreamed: boolean;
  /** Whether the member may be larger than 4 GiB. */
  readonly isLarge: boolean;
}

/** What is known of a member when its content is written. */
export interface ZipContentFacts {
  readonly crc: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
}

const utf8NameFlag = 0x0800;
const streamedFlag = 0x0008;
const maximum32 = 0xffffffff;
const versionWithZip64 = 45;
const madeOnUnix = 3 << 8;

/** The record before a member's content. */
export function localHeader(entry: ZipEntry, facts: ZipContentFacts | undefined): Buffer {
  const extra = Buffer.concat([
    timeExtra(entry),
    entry.isLarge ? zip64Extra([facts?.sizeBytes ?? 0, facts?.compressedBytes ?? 0]) : none,
  ]);
  return Buffer.concat([
    numbers([4, 0x04034b50], ...commonFields(entry, facts), [2, entry.name.length], [2, extra.length]),
    entry.name,
    extra,
  ]);
}

/** The record behind the content of a streamed member. */
export function dataDescriptor(entry: ZipEntry, facts: ZipContentFacts): Buffer {
  const width = entry.isLarge ? 8 : 4;
  return numbers([4, 0x08074b50], [4, facts.crc], [width, facts.compressedBytes], [width, facts.sizeBytes]);
}

/** A member's record in the directory at the end. */
export function directoryRecord(entry: ZipEntry, facts: ZipContentFacts, offset: number): Buffer {
  const large = [
    ...(entry.isLarge ? [facts.sizeBytes, facts.compressedBytes] : []),
    ...(offset >= maximum32 ? [offset] : []),
  ];
  const extra = Buffer.concat([timeExtra(entry), large.length > 0 ? zip64Extra(large) : none]);
  const isDirectory = entry.name.at(-1) === 0x2f;
  return Buffer.concat([
    numbers(
      [4, 0x02014b50],
      [2, madeOnUnix | versionWithZip64],
      ...commonFields(entry, facts),
      [2, entry.name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, ((entry.unixMode << 16) | (isDirectory ? 0x10 : 0)) >>> 0],
      [4, Math.min(offset, maximum32)],
    ),
    entry.name,
    extra,
  ]);
}

/** The records that end a zip. */
export function endRecords(count: number, directoryBytes: number, directoryOffset: number): Buffer {
  const isLarge = count >= 0xffff || directoryBytes >= maximum32 || directoryOffset >= maximum32;
  const large = numbers(
    [4, 0x06064b50],
    [8, 44],
    [2, madeOnUnix | versionWithZip64],
    [2, versionWithZip64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, directoryBytes],
    [8, directoryOffset],
    [4, 0x07064b50],
    [4, 0],
    [8, directoryOffset + directoryBytes],
    [4, 1],
  );
  const small = Math.min(count, 0xffff);
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, small],
    [2, small],
    [4, Math.min(directoryBytes, maximum32)],
    [4, Math.min(directoryOffset, maximum32)],
    [2, 0],
  );
  return isLarge ? Buffer.concat([large, end]) : end;
}

type Field = readonly [width: 2 | 4 | 8, value: number];

const none = Buffer.alloc(0);

/** From the needed version to the uncompressed size: the same in a member's two records. */
function commonFields(entry: ZipEntry, facts: ZipContentFacts | undefined): Field[] {
  const known = (value: number | undefined): number => (entry.isLarge ? maximum32 : (value ?? 0));
  const { date, time } = dosTime(entry.modifiedMs);
  return [
    [2, entry.isLarge ? versionWithZip64 : 20],
    [2, utf8NameFlag | (entry.isStreamed ? streamedFlag : 0)],
    [2, entry.isDeflated ? 8 : 0],
    [2, time],
    [2, date],
    [4, facts?.crc ?? 0],
    [4, known(facts?.compressedBytes)],
    [4, known(facts?.sizeBytes)],
  ];
}

/** Seconds since 1970 in UTC, where 32 bits hold them. */
function timeExtra({ modifiedMs }: ZipEntry): Buffer {
  const seconds = Math.floor(modifiedMs / 1000);
  if (seconds !== (seconds | 0)) return none;
  return numbers([2, 0x5455], [2, 5], [1, 1], [4, seconds >>> 0]);
}

function zip64Extra(values: readonly number[]): Buffer {
  return numbers([2, 0x0001], [2, values.length * 8], ...values.map((value): Field => [8, value]));
}

/** Local time in steps of two seconds, from 1980 to 2107. */
function dosTime(modifiedMs: number): { date: number; time: number } {
  const at = new Date(modifiedMs);
  const year = at.getFullYear();
  if (!(year >= 1980 && year <= 2107)) return { date: 0x21, time: 0 };
  const date = ((year - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return { date, time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1) };
}

function numbers(...fields: readonly (Field | readonly [1, number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}
