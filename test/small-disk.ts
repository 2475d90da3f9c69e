import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of a fixed size, where this user may mount one. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** For `skip` of a test: false when the disk is there, the reason otherwise. */
  readonly skip: false | string;
}

/** Mounts a disk, for example of `1m` bytes; only root can. */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const base = await mkdtemp(join(tmpdir(), 'hrm-rex-disk-'));
  const path = join(base, 'disk');
  await mkdir(path);
  const isMounted = tryMount(path, size);
  return {
    path,
    skip: isMounted ? false : 'needs the right to mount',
    [Symbol.asyncDispose]: async () => {
      if (isMounted) execFileSync('umount', ['-l', path]);
      await rm(base, { recursive: true });
    },
  };
}

function tryMount(path: string, size: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
