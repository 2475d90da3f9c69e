import { crc32 } from 'node:zlib';
import type { JournalEvent } from './journal.ts';

/*
 * A log file is a row of groups, each written and synced as one:
 *
 *   #<checksum of the rest of this line> <body length> <body checksum> <first sequence> <count>\n
 *   <event as JSON>\n          count times
 *
 * Checksums are CRC-32 in eight hexadecimal digits; the length counts bytes. A body line starts with `{`, so `#` starts
 * a header and nothing else.
 */

const headerPattern = /^#([0-9a-f]{8}) (\d+) ([0-9a-f]{8}) (\d+) (\d+)$/;

/** Longest header line in bytes, line feed included. */
const MAX_HEADER_BYTES = 80;
const LINE_FEED = 10;

/** A group of events as it was read. */
export interface Frame {
  readonly firstSequence: number;
  readonly count: number;
  /** The events, one JSON text in each line. */
  readonly body: string;
  /** Offset of the byte after the group. */
  readonly end: number;
}

/** What stands at an offset of a log file. */
export type FrameReading =
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Writing stopped in this group: it was never acknowledged. */
  | { readonly kind: 'torn' }
  /** A whole group whose content has changed. */
  | { readonly kind: 'corrupt'; readonly reason: string };

/** Encodes events as one group. */
export function encodeFrame(events: readonly JournalEvent[], firstSequence: number): Buffer {
  let text = '';
  for (const event of events) text += `${JSON.stringify(event)}\n`;
  const body = Buffer.from(text);
  const rest = `${body.length} ${checksum(body)} ${firstSequence} ${events.length}`;
  return Buffer.concat([Buffer.from(`#${checksum(rest)} ${rest}\n`), body]);
}

/** Reads the group at `offset` of a whole log file. */
export function readFrame(bytes: Buffer, offset: number): FrameReading {
  const lineEnd = bytes.subarray(offset, offset + MAX_HEADER_BYTES).indexOf(LINE_FEED);
  if (lineEnd === -1) {
    const isShort = bytes.length - offset < MAX_HEADER_BYTES;
    return isShort || hasHole(bytes, offset) ? { kind: 'torn' } : { kind: 'corrupt', reason: 'no header' };
  }
  const bodyStart = offset + lineEnd + 1;
  const [, sum, length, bodySum, first, count] =
    headerPattern.exec(bytes.toString('latin1', offset, bodyStart - 1)) ?? [];
  if (sum === undefined || checksum(`${length} ${bodySum} ${first} ${count}`) !== sum) {
    return hasHole(bytes, offset) ? { kind: 'torn' } : { kind: 'corrupt', reason: 'the header has changed' };
  }
  const end = bodyStart + Number(length);
  if (end > bytes.length) return { kind: 'torn' };
  const body = bytes.subarray(bodyStart, end);
  if (checksum(body) !== bodySum) {
    // After a loss of power, a group that was never acknowledged can have pages of zeros; JSON has none.
    if (end === bytes.length && body.includes(0)) return { kind: 'torn' };
    return { kind: 'corrupt', reason: 'the events do not match their checksum' };
  }
  return {
    kind: 'frame',
    frame: { firstSequence: Number(first), count: Number(count), body: body.toString(), end },
  };
}

/** The events of a group. */
export function decodeFrame({ body }: Frame): JournalEvent[] {
  return JSON.parse(`[${body.trimEnd().replaceAll('\n', ',')}]`) as JournalEvent[];
}

/** Zeros from here on, and no later group: pages that never reached the disk. */
function hasHole(bytes: Buffer, offset: number): boolean {
  return bytes.subarray(offset).includes(0) && !bytes.subarray(offset + 1).includes('\n#');
}

function checksum(data: string | Uint8Array): string {
  return crc32(data).toString(16).padStart(8, '0');
}
