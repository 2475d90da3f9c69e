import { chmod, chown, lstat, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from './identity.ts';
import { isLeftover, newSandboxName } from './sandbox-name.ts';

/** The directories of one sandbox on this machine. */
export interface StateDirectory {
  readonly path: string;
  /** Appears as `/tmp` inside. */
  readonly temporary: string;
  /** Notes about launches; out of the sandbox's sight. */
  readonly launches: string;
}

/** Makes the directories of a sandbox, and removes those that crashed processes left behind. */
export async function makeStateDirectory(identity: Identity): Promise<StateDirectory> {
  const parent = await realpath(tmpdir());
  await removeLeftovers(parent);
  const path = await mkdtemp(join(parent, newSandboxName()));
  // Other users may pass through but not look around: the sandbox's user reaches only what it is given by name.
  await chmod(path, 0o711);
  const launches = join(path, 'launches');
  await mkdir(launches, { mode: 0o700 });
  const temporary = await makeOwned(join(path, 'tmp'), identity);
  await makeOwned(join(temporary, 'home'), identity);
  return { path, temporary, launches };
}

/** Makes a directory that belongs to the sandbox's user alone. */
export async function makeOwned(path: string, identity: Identity): Promise<string> {
  await mkdir(path, { mode: 0o700 });
  if (process.geteuid?.() === 0) await chown(path, identity.uid, identity.gid);
  return path;
}

/** Removes a directory and everything below it, also where its owner took away the permission to. */
export async function removeTree(path: string): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  await remove().catch(async () => {
    await unlock(path);
    await remove();
  });
}

async function unlock(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlock(join(path, entry.name));
  }
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of (await readdir(parent)).filter(isLeftover)) {
    const path = join(parent, name);
    const owner = await lstat(path).catch(() => undefined);
    if (owner?.uid === process.geteuid?.()) await removeTree(path).catch(() => {});
  }
}
