import { Buffer, isUtf8 } from 'node:buffer';

/** Pax records, for example `path` and `mtime` (POSIX pax interchange format). */
export type PaxRecords = Readonly<Record<string, string>>;

/** The bytes of records: a length, a space, `key=value`, a newline each. */
export function encodePax(records: PaxRecords): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.from(` ${key}=${value}\n`);
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
  return Buffer.concat(lines);
}

/** Records from their bytes. @throws where they are none */
export function decodePax(bytes: Buffer): PaxRecords {
  const records: Record<string, string> = Object.create(null);
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(0x20, start);
    const length = Number(bytes.toString('latin1', start, space));
    const end = start + length;
    const equals = bytes.indexOf(0x3d, space);
    const isRecord = space > start && Number.isInteger(length) && end <= bytes.length && bytes[end - 1] === 0x0a;
    if (!isRecord || equals < 0 || equals >= end) throw new Error('a pax record is none');
    records[bytes.toString('utf8', space + 1, equals)] = textOf(bytes.subarray(equals + 1, end - 1));
    start = end;
  }
  return records;
}

function textOf(value: Buffer): string {
  if (!isUtf8(value)) throw new Error('a pax record is not UTF-8');
  return value.toString('utf8');
}
