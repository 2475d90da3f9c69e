import { type FileHandle, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomId } from '../../core/ids.ts';
import { hasErrno, SystemError } from './file-errors.ts';

/** Makes a file that must not exist yet and fills it; when that fails, the file goes again. */
export async function writeNewFile(
  path: string,
  mode: number | undefined,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, 'wx', mode === undefined ? 0o666 : 0o600);
  try {
    if (mode !== undefined) await handle.chmod(mode);
    await fill(handle);
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => {});
    await unlink(path).catch(() => {});
    throw error;
  }
}

/** Lets `make` make something under a passing name of the same directory, which then takes the final name at once. */
export async function makeAndRename(path: string, make: (name: string) => Promise<void>): Promise<void> {
  const name = join(dirname(path), `.hrm-rex-${randomId()}.tmp`);
  await make(name);
  try {
    await rename(name, path);
  } finally {
    // Gone already, but after a failure, or where both were names of one file.
    await unlink(name).catch(() => {});
  }
}

/**
 * Lets `make` make something that must not exist yet at a path. Where a file or link is in its place, the new thing
 * replaces it at once.
 *
 * @throws FILE_EXISTS (as errno) where a directory is in its place
 */
export async function makeOrReplace(path: string, make: (name: string) => Promise<void>): Promise<void> {
  try {
    await make(path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    if ((await lstat(path)).isDirectory()) throw new SystemError('EEXIST', 'a directory has that name');
    await makeAndRename(path, make);
  }
}

/** Makes the missing directories above a path; gives the first that it made. @throws ENOTDIR where one is a file */
export async function makeParents(path: string): Promise<string | undefined> {
  try {
    return await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw hasErrno(error, 'EEXIST') ? new SystemError('ENOTDIR') : error;
  }
}
