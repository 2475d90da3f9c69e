import { quote } from '../../../../core/quote.ts';
import type { Target } from '../../../target/target.ts';
import type { DockerMount } from '../docker-options.ts';

/** Default of a memory file system's `mode`. */
export const defaultMemoryMode = 0o1777;

/**
 * Sets the permission bits of memory file systems. Low-level runtimes give one the bits of a directory that was there before,
 * as a working directory always is, whatever was asked for.
 *
 * @param asRoot the container, for its user 0
 */
export async function setMemoryModes(
  asRoot: Target,
  mounts: readonly DockerMount[],
  signal: AbortSignal,
): Promise<void> {
  const lines = mounts.flatMap((mount) => {
    if (mount.type !== 'tmpfs') return [];
    return [`chmod ${(mount.mode ?? defaultMemoryMode).toString(8)} ${quote(mount.target)}`];
  });
  if (lines.length === 0) return;
  const stream = await asRoot.open(lines.join('\n'), { signal });
  stream.closeInput();
  await stream.ended;
}
