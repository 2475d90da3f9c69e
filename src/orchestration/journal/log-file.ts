import { open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { decodeFrame, type Frame, readFrame } from './frame.ts';
import type { JournalEvent } from './journal.ts';

/** What a log needs of an open file; the default is a `FileHandle` of `node:fs/promises`. */
export interface LogStorage {
  /** Writes all bytes at the position. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes what was written durable. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the storage of a log at a path, creating it. */
export type OpenLogStorage = (path: string) => Promise<LogStorage>;

/** Log storage on the local disk. */
export const openDiskStorage: OpenLogStorage = async (path) => {
  // Appending mode would ignore positions, so it only creates; the folder is synced to keep the new name.
  await (await open(path, 'a')).close();
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
  const handle = await open(path, 'r+');
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
};

/** The groups of a log and where they end. */
export interface LogScan {
  readonly frames: readonly Frame[];
  /** Offset after the last whole group. */
  readonly end: number;
  /** True when an unfinished group follows. */
  readonly torn: boolean;
}

/** Reads all groups of a log's bytes; throws `JOURNAL_CORRUPT` for a group that has changed or is out of order. */
export function scanLog(bytes: Buffer, path: string): LogScan {
  const frames: Frame[] = [];
  let offset = 0;
  let nextSequence = 1;
  while (offset < bytes.length) {
    const reading = readFrame(bytes, offset);
    if (reading.kind === 'torn') return { frames, end: offset, torn: true };
    if (reading.kind === 'corrupt') throw journalCorrupt(path, offset, reading.reason);
    const { frame } = reading;
    if (frame.firstSequence !== nextSequence) {
      throw journalCorrupt(path, offset, `sequence ${nextSequence} is missing`);
    }
    frames.push(frame);
    nextSequence += frame.count;
    offset = frame.end;
  }
  return { frames, end: offset, torn: false };
}

/** The events of a scan with their sequences, from a sequence on. */
export function* scannedEvents({ frames }: LogScan, from = 1): Generator<[JournalEvent, number]> {
  for (const frame of frames) {
    if (frame.firstSequence + frame.count <= from) continue;
    let sequence = frame.firstSequence;
    for (const event of decodeFrame(frame)) {
      if (sequence >= from) yield [event, sequence];
      sequence += 1;
    }
  }
}

/** Keeps the unfinished end of a log in a file beside it, then cuts it off. */
export async function repairTail(storage: LogStorage, path: string, bytes: Buffer, end: number): Promise<void> {
  await writeFile(`${path}.torn-${end}`, bytes.subarray(end));
  await storage.truncate(end);
  await storage.sync();
}

/** The error for a log whose content has changed. */
export function journalCorrupt(path: string, offset: number, reason: string): RexError<'JOURNAL_CORRUPT'> {
  return new RexError(
    'JOURNAL_CORRUPT',
    `${path}: corrupt at byte ${offset}: ${reason}`,
    { path, offset, reason },
    { hint: 'Nothing was changed. Restore the file from a copy, or cut it at this byte to give up what follows.' },
  );
}
