import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { filesAtOnce, mapAhead } from './concurrency.ts';
import type { TransferOptions } from './file-system.ts';
import { readTree } from './read-tree.ts';
import { joinChunks } from './streams.ts';
import { loadZipMember } from './zip-member.ts';
import { dataDescriptor, directoryRecord, endRecords, localHeader } from './zip-records.ts';

/**
 * A local directory as a zip, for a server that takes no tar: the paths in it start below the directory. Memory is
 * constant but for some 100 bytes a member. Modes, links and times (to the second) are in it, though a Python server
 * drops modes and times and writes a link as a file that holds its target; `followLinks` sends what links stand for.
 */
export function makeZip(directory: string, options: TransferOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  return joinChunks(zipBytes(resolve(directory), options));
}

async function* zipBytes(directory: string, options: TransferOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, onProgress } = options;
  const carried = { bytes: 0, files: 0 };
  const records: Buffer[] = [];
  let offset = 0;
  const members = readTree(directory, { ...options, operation: 'pack' });
  for await (const member of mapAhead(members, filesAtOnce, loadZipMember)) {
    if (member === undefined) continue;
    const { entry, facts } = member;
    const header = localHeader(entry, facts);
    yield header;
    for await (const chunk of member.content) {
      signal?.throwIfAborted();
      yield chunk;
    }
    const footer = entry.isStreamed ? dataDescriptor(entry, facts) : Buffer.alloc(0);
    yield footer;
    records.push(directoryRecord(entry, facts, offset));
    offset += header.length + facts.compressedBytes + footer.length;
    carried.bytes += facts.sizeBytes;
    carried.files += member.isFile ? 1 : 0;
    onProgress?.({ ...carried });
  }
  yield* records;
  yield endRecords(
    records.length,
    records.reduce((sum, record) => sum + record.length, 0),
    offset,
  );
}
