import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { SystemError } from '../../files/file-errors.ts';
import { type Identity, isPermitted, permission } from '../bubblewrap/identity.ts';
import type { Place } from './place.ts';

/** The sandbox's user, where this process has more rights than it; undefined where the system checks the same ones. */
export type Owner = Identity | undefined;

const stickyBit = 0o1000;

/** The file at a place. @throws ENOENT */
export function existing(place: Place): Stats {
  if (!place.stats) throw new SystemError('ENOENT');
  return place.stats;
}

/** @throws ENOENT, EACCES where the sandbox's user may not read */
export function checkReadable(place: Place, owner: Owner): Stats {
  const stats = existing(place);
  if (owner && !isPermitted(owner, stats, permission.read)) throw new SystemError('EACCES');
  return stats;
}

/** @throws ENOENT, EROFS outside what the sandbox writes, EACCES where its user may not */
export function checkWritable(place: Place, owner: Owner): Stats {
  const stats = existing(place);
  if (!place.writable) throw readOnly();
  if (owner && !isPermitted(owner, stats, permission.write)) throw new SystemError('EACCES');
  return stats;
}

/** @throws EPERM where the sandbox's user does not own the file */
export function checkOwned(place: Place, owner: Owner): Stats {
  const stats = existing(place);
  if (!place.writable) throw readOnly();
  if (owner && stats.uid !== owner.uid) throw new SystemError('EPERM');
  return stats;
}

/** Whether an entry may be made, replaced or removed. @throws EROFS, EACCES */
export function checkEntry(place: Place, owner: Owner): void {
  if (!place.entryWritable) throw readOnly();
  const { parent, stats } = place;
  if (!owner || !parent) return;
  if (!isPermitted(owner, parent, permission.write | permission.search)) throw new SystemError('EACCES');
  const isKept = (parent.mode & stickyBit) !== 0 && parent.uid !== owner.uid;
  if (stats && isKept && stats.uid !== owner.uid) throw new SystemError('EPERM');
}

/** Gives a file that this process made to the sandbox's user. */
export async function giveAway(handle: FileHandle, owner: Owner): Promise<void> {
  if (owner) await handle.chown(owner.uid, owner.gid);
}

function readOnly(): SystemError {
  return new SystemError('EROFS', 'the sandbox writes only to its workspace and /tmp');
}
