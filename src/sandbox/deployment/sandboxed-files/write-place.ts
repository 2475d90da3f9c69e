import { closeSync, constants, fchmodSync, fchownSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { writeContent } from '../../files/file-content.ts';
import { SystemError } from '../../files/file-errors.ts';
import type { FileContent, WriteOptions } from '../../files/file-system.ts';
import { makeAndRename, writeNewFile } from '../../files/new-file.ts';
import { checkEntry, checkWritable, giveAway, type Owner } from './access.ts';
import type { Place } from './place.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

/**
 * Replaces or creates the file at a place: under a passing name first, so nobody sees half a file. An existing file
 * keeps its mode; one that cannot be replaced as a whole (further hard links, another owner, a closed directory) is
 * overwritten in place.
 */
export async function writePlace(
  place: Place,
  content: FileContent,
  options: WriteOptions,
  owner: Owner,
): Promise<void> {
  const mode = place.stats ? place.stats.mode & 0o777 : options.mode;
  if (place.stats) {
    checkWritable(place, owner);
    if (place.stats.isDirectory()) throw new SystemError('EISDIR');
    if (!isReplaceable(place, owner)) return await writeInPlace(place, O_TRUNC, content, options);
  } else {
    checkEntry(place, owner);
  }
  await makeAndRename(place.entry, (name) =>
    writeNewFile(name, mode, async (handle) => {
      await giveAway(handle, owner);
      await writeContent(handle, content, options.signal);
    }),
  );
}

/** Adds to the end of the file at a place. */
export async function appendPlace(
  place: Place,
  content: FileContent,
  options: WriteOptions,
  owner: Owner,
): Promise<void> {
  checkWritable(place, owner);
  await writeInPlace(place, O_APPEND, content, options);
}

/**
 * Makes an empty file at a place where nothing is; it belongs to the sandbox's user before any other call of this
 * process can find it.
 */
export function makeEmptyFile(place: Place, mode: number | undefined, owner: Owner): void {
  checkEntry(place, owner);
  const descriptor = openSync(place.entry, O_WRONLY | O_CREAT | O_EXCL, mode ?? 0o666);
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode);
    if (owner) fchownSync(descriptor, owner.uid, owner.gid);
  } finally {
    closeSync(descriptor);
  }
}

async function writeInPlace(place: Place, flag: number, content: FileContent, options: WriteOptions): Promise<void> {
  await using handle = await open(place.handle, O_WRONLY | O_NONBLOCK | flag);
  await writeContent(handle, content, options.signal);
}

function isReplaceable(place: Place, owner: Owner): boolean {
  const { stats } = place;
  const own = owner?.uid ?? process.geteuid?.();
  if (!stats?.isFile() || stats.nlink > 1 || stats.uid !== own) return false;
  try {
    checkEntry(place, owner);
    return true;
  } catch {
    return false;
  }
}
