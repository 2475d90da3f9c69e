import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { RexError } from '../../core/errors.ts';
import { filesAtOnce, forEachAtOnce, mapAhead } from './concurrency.ts';
import { brokenArchive, fileError, withFileErrors } from './file-errors.ts';
import type { TransferOptions, TransferResult } from './file-system.ts';
import { retyped } from './streams.ts';
import type { TreeMember } from './tree-member.ts';
import { TreeWriter } from './tree-writer.ts';
import { zipContent } from './zip-content.ts';
import { ZipReader } from './zip-reader.ts';

/** How {@link extractZip} extracts. */
export type ExtractZipOptions = Pick<TransferOptions, 'signal' | 'onProgress'>;

/**
 * Extracts a zip that lies on disk into a directory, by the rules of {@link TransferOptions}.
 *
 * Names are made safe as Python's `zipfile` makes them: a leading `/` and the parts `.` and `..` are dropped. Beyond
 * Python, Unix modes, symbolic links and UTC times are kept where the zip has them, and links below the directory are
 * never followed. Checksums are verified.
 *
 * @throws FILE_ERROR with errno `EBADMSG` (see `isBrokenArchive`) for what is no zip or is damaged, UNSUPPORTED for
 * encryption and for compression other than deflate, PATH_ESCAPE for a member that leads through a link
 */
export async function extractZip(
  zipFile: string,
  directory: string,
  options: ExtractZipOptions = {},
): Promise<TransferResult> {
  const typed = (error: unknown): unknown => typeZipError(error, zipFile);
  const handle = await withFileErrors('extract', zipFile, () => open(zipFile));
  const reader = new ZipReader(handle);
  try {
    const { size } = await handle.stat();
    const zip = await openZip(reader, size, zipFile);
    const writer = new TreeWriter(resolve(directory), { ...options, operation: 'extract' });
    await writer.add({ type: 'directory', path: '' });
    const contentOf: ContentOf = async (entry, name) => {
      const content = await zipContent(zip, reader, entry, name);
      return content instanceof Uint8Array ? content : retyped(content, typed);
    };
    const load = (entry: Entry): Promise<TreeMember | undefined> =>
      memberOf(entry, contentOf).catch((error: unknown) => Promise.reject(typed(error)));
    // In the order of the zip, which decides between members of one path and below links.
    const members = mapAhead(retyped(zip.eachEntry(), typed), filesAtOnce, load);
    await forEachAtOnce(members, filesAtOnce, async (member) => {
      if (member !== undefined) await writer.add(member);
    });
    return await writer.finish();
  } finally {
    await handle.close();
  }
}

function openZip(reader: ZipReader, sizeBytes: number, zipFile: string): Promise<ZipFile> {
  const options = { lazyEntries: true, decodeStrings: false, autoClose: false };
  return fromRandomAccessReaderPromise(reader, sizeBytes, options).catch((error: unknown) => {
    throw typeZipError(error, zipFile, 'File is not a zip file');
  });
}

const unixSystem = 3;
const typeBits = 0o170000;
const directoryType = 0o040000;
const fileType = 0o100000;
const linkType = 0o120000;

type ContentOf = (entry: Entry, name: string) => Promise<Uint8Array | AsyncIterable<Uint8Array>>;

/** What is to be written, or undefined for a name that is no more than the directory itself. */
async function memberOf(entry: Entry, contentOf: ContentOf): Promise<TreeMember | undefined> {
  const name = nameOf(entry);
  const path = safePath(name);
  if (path === '') return undefined;
  const type = name.endsWith('/') ? directoryType : fileType;
  const unixMode = entry.versionMadeBy >> 8 === unixSystem ? entry.externalFileAttributes >>> 16 : 0;
  const modifiedMs = timeOf(entry);
  const facts = {
    path,
    ...((unixMode & typeBits) === type ? { mode: unixMode } : {}),
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
  };
  if (type === directoryType) return { type: 'directory', ...facts };
  const content = await contentOf(entry, name);
  const isLink = (unixMode & typeBits) === linkType && content instanceof Uint8Array;
  return isLink ? { type: 'symlink', ...facts, target: textOf(content) } : { type: 'file', ...facts, content };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** The name as Python reads it: to the first NUL, in UTF-8 where the flag says so and in code page 437 elsewhere. */
function nameOf(entry: Entry): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  return name.split('\0', 1)[0] as string;
}

function safePath(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}

/** The time of Info-ZIP's extended timestamp; the plain field is in a time zone that nobody knows. */
function timeOf(entry: Entry): number | undefined {
  const data = entry.extraFields.find(({ id }) => id === 0x5455)?.data;
  if (data === undefined || data.length < 5 || ((data[0] as number) & 1) === 0) return undefined;
  return data.readInt32LE(1) * 1000;
}

function typeZipError(error: unknown, zipFile: string, reason: string = (error as Error).message): unknown {
  const known = fileError(error, 'extract', zipFile);
  return RexError.is(known) ? known : brokenArchive(zipFile, 'extract', reason, error);
}
