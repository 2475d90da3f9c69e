import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, open, stat } from 'node:fs/promises';
import { writeContent } from './file-content.ts';
import { hasErrno, SystemError } from './file-errors.ts';
import type { FileContent, WriteOptions } from './file-system.ts';
import { makeAndRename, makeParents, writeNewFile } from './new-file.ts';
import { realPathOf } from './path-scope.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

/**
 * Replaces or creates a file.
 *
 * The content goes into a temporary file of the same directory, which then takes the name: nobody ever sees half a
 * file, and after a failure the old file, or no file, is there. A link is followed to the file it stands for; an
 * existing file keeps its mode and owner. Where that cannot be (the file has further hard links, is a device or a
 * pipe, its owner cannot be kept, or its directory takes no new file), the file is overwritten in place.
 */
export async function replaceFile(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
  const real = realPathOf(path);
  const existing = await statIfExists(real);
  if (existing?.isDirectory() === true) throw new SystemError('EISDIR');
  if (existing !== undefined) return overwriteFile(real, existing, content, options.signal);
  const make = (name: string) =>
    writeNewFile(name, options.mode, (handle) => writeContent(handle, content, options.signal));
  await withParents(real, options, () => makeAndRename(real, make));
}

/** Adds to the end of a file or creates it; after a failure it keeps what was added until then. */
export async function appendFile(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
  const isNew = options.mode !== undefined && (await statIfExists(path)) === undefined;
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;
  await using handle = await withParents(path, options, () => open(path, flags));
  if (isNew) await handle.chmod(options.mode as number);
  await writeContent(handle, content, options.signal);
}

async function overwriteFile(path: string, existing: Stats, content: FileContent, signal?: AbortSignal): Promise<void> {
  await access(path, constants.W_OK);
  if (existing.isFile() && existing.nlink === 1) {
    let prepared = false;
    const fill = async (handle: FileHandle): Promise<void> => {
      await takeAfter(handle, existing);
      prepared = true;
      await writeContent(handle, content, signal);
    };
    try {
      return await makeAndRename(path, (name) => writeNewFile(name, 0o600, fill));
    } catch (error) {
      if (prepared || !hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    }
  }
  await using handle = await open(path, O_WRONLY | O_TRUNC | O_NONBLOCK);
  await writeContent(handle, content, signal);
}

/** Gives a new file the owner and mode of the one that it is to replace. */
async function takeAfter(handle: FileHandle, existing: Stats): Promise<void> {
  const made = await handle.stat();
  if (made.uid !== existing.uid || made.gid !== existing.gid) await handle.chown(existing.uid, existing.gid);
  await handle.chmod(existing.mode & 0o7777);
}

/** Repeats an attempt once, after making the missing directories above the path, which others may be making too. */
async function withParents<Value>(path: string, options: WriteOptions, attempt: () => Promise<Value>): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    if (options.parents === false || !hasErrno(error, 'ENOENT')) throw error;
    await makeParents(path);
    return await attempt();
  }
}

async function statIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
