import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno, SystemError } from '../../files/file-errors.ts';
import { checkEntry } from './access.ts';
import type { SandboxPlaces } from './places.ts';

/*
 * Directories are made and given to the sandbox's user in one turn of the event loop: no other call of this process
 * finds one that still belongs to somebody else.
 */

/** Makes one directory where nothing is; a given mode is exact. @throws EEXIST and what the system says, untyped */
export function makeDirectory(places: SandboxPlaces, path: string, mode?: number): void {
  {
    using place = places.entry(path);
    if (place.stats) throw new SystemError('EEXIST');
    checkEntry(place, places.owner);
    mkdirSync(place.entry);
  }
  using made = places.entry(path);
  // Something else is there if the sandbox put it in its place; that stays as it is.
  if (!made.stats?.isDirectory() || made.stats.uid !== process.geteuid?.()) return;
  if (mode !== undefined) chmodSync(made.handle, mode);
  if (places.owner) chownSync(made.handle, places.owner.uid, places.owner.gid);
}

/** Makes a directory and the missing ones above it; an existing one is fine. @throws what the system says, untyped */
export function makeDirectories(places: SandboxPlaces, path: string): void {
  if (isDirectory(places, path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectories(places, parent);
  try {
    makeDirectory(places, path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    if (!isDirectory(places, path)) throw new SystemError('ENOTDIR');
  }
}

/** Whether a path leads to a directory. @throws what the system says, untyped, unless nothing is there */
export function isDirectory(places: SandboxPlaces, path: string): boolean {
  try {
    using place = places.follow(path);
    return place.stats?.isDirectory() ?? false;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
