import { chmod, lstat, mkdir, readlink, rename, rm, rmdir, stat, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalidArgument } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { copyTree } from './copy-tree.ts';
import { fileError, hasErrno, SystemError } from './file-errors.ts';
import type { FileSystem } from './file-system.ts';
import { makeParents } from './new-file.ts';

/** Makes a directory, see {@link FileSystem.mkdir}; a given mode is exact, whatever the umask. */
export async function makeDirectory(path: string, options: Parameters<FileSystem['mkdir']>[1] = {}): Promise<void> {
  const { parents = true, mode } = options;
  if (parents) await makeParents(path);
  try {
    await mkdir(path, mode === undefined ? 0o777 : 0o700);
    if (mode !== undefined) await chmod(path, checkMode(mode));
  } catch (error) {
    const isAccepted = parents && hasErrno(error, 'EEXIST') && (await stat(path)).isDirectory();
    if (!isAccepted) throw error;
  }
}

/** Removes what a path names, see {@link FileSystem.remove}. The root of the file system stays. */
export async function removeEntry(path: string, options: Parameters<FileSystem['remove']>[1] = {}): Promise<void> {
  if (dirname(path) === path) throw new SystemError('EPERM', 'the root of the file system is never removed');
  try {
    if (!(await lstat(path)).isDirectory()) await unlink(path);
    else if (options.recursive === true) await rm(path, { recursive: true });
    else await rmdir(path);
  } catch (error) {
    if (options.missing !== 'ignore' || !hasErrno(error, 'ENOENT')) throw error;
  }
}

/** Moves an entry, by copy and removal where the two places are on different file systems. */
export async function renameEntry(from: string, to: string): Promise<void> {
  try {
    await rename(from, to).catch((error: unknown) => {
      if (!hasErrno(error, 'EXDEV')) throw error;
      return moveAcross(from, to);
    });
  } catch (error) {
    throw fileError(error, 'rename', (await isAboutTarget(error, from)) ? to : from);
  }
}

/** Permission bits, checked. @throws INVALID_ARGUMENT */
export function checkMode(mode: number): number {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  throw invalidArgument('mode', 'permission bits from 0 to 0o7777', mode);
}

async function moveAcross(from: string, to: string): Promise<void> {
  const name = join(dirname(to), `.hrm-rex-${randomId()}.tmp`);
  try {
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), name);
    else await copyTree(from, name, { operation: 'rename' });
    await rename(name, to);
  } catch (error) {
    await rm(name, { recursive: true, force: true });
    throw error;
  }
  await rm(from, { recursive: true });
}

async function isAboutTarget(error: unknown, from: string): Promise<boolean> {
  if (hasErrno(error, 'EEXIST', 'ENOTEMPTY', 'EISDIR', 'ENOTDIR')) return true;
  if (!hasErrno(error, 'ENOENT')) return false;
  return lstat(from).then(
    () => true,
    () => false,
  );
}
