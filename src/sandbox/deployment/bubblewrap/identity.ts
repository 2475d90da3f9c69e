import type { Stats } from 'node:fs';

/** A user and its one group. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The user who owns nothing. */
export const nobody: Identity = { uid: 65534, gid: 65534 };

/** Who this process is. */
export function ownIdentity(): Identity {
  return { uid: process.geteuid?.() ?? nobody.uid, gid: process.getegid?.() ?? nobody.gid };
}

/**
 * Who runs inside a sandbox. An ordinary user stays itself. Root becomes the owner of the workspace, and `nobody` for a
 * workspace made for the purpose; where root itself owns the workspace it stays user 0, but without any capability.
 */
export function chooseIdentity(own: Identity, workspaceOwner: Identity | undefined): Identity {
  return own.uid === 0 ? (workspaceOwner ?? nobody) : own;
}

/** Permission bits of one of the three classes. */
export const permission = { read: 4, write: 2, search: 1 } as const;

/** Whether the permission bits of a file let a user without capabilities do something with it. */
export function isPermitted(identity: Identity, file: Pick<Stats, 'uid' | 'gid' | 'mode'>, wanted: number): boolean {
  const shift = file.uid === identity.uid ? 6 : file.gid === identity.gid ? 3 : 0;
  return ((file.mode >> shift) & wanted) === wanted;
}
