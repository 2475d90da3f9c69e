import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mapAhead } from './concurrency.ts';
import { hasErrno, SystemError, withFileErrors } from './file-errors.ts';

/** An entry as it is met on a walk. */
export interface WalkedEntry {
  /** Path below the top, parts joined by `/`; empty for the top itself. */
  readonly path: string;
  /** Where the entry lies. */
  readonly location: string;
  readonly stats: Stats;
  /** Target of a symbolic link. */
  readonly target?: string;
}

/** How {@link walkBelow} goes. */
export interface WalkOptions {
  /** Name of the operation in errors. */
  readonly operation: string;
  /** Goes into directories. Default true. */
  readonly recursive?: boolean;
  /** Gives what a link leads to in place of the link. Default false. */
  readonly followLinks?: boolean;
  /** Called with a link before it is followed; throws where it may not be. */
  readonly checkLink?: (location: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const entriesAtOnce = 32;

/**
 * Everything below a directory, depth first, the entries of a directory by name. Entries that go while the walk is on
 * are left out.
 *
 * @throws FILE_ERROR with errno `ELOOP` where followed links lead back to a directory above them, `EILSEQ` for a name
 * that is not UTF-8
 */
export function walkBelow(directory: string, options: WalkOptions): AsyncGenerator<WalkedEntry, void, undefined> {
  return walk({ path: '', location: directory }, [], options);
}

async function* walk(
  top: { readonly path: string; readonly location: string },
  above: readonly string[],
  options: WalkOptions,
): AsyncGenerator<WalkedEntry, void, undefined> {
  const { operation, signal, recursive = true } = options;
  signal?.throwIfAborted();
  const names = await namesIn(top, operation);
  const load = (name: string) => describe(join(top.location, name), join(top.path, name), options);
  for await (const entry of mapAhead(inOrder(names), entriesAtOnce, load)) {
    if (entry === undefined) continue;
    yield entry;
    if (!recursive || !entry.stats.isDirectory()) continue;
    const identity = `${entry.stats.dev}:${entry.stats.ino}`;
    if (above.includes(identity)) throw await loopError(operation, entry.location);
    yield* walk(entry, options.followLinks === true ? [...above, identity] : above, options);
  }
}

function namesIn(
  directory: { readonly path: string; readonly location: string },
  operation: string,
): Promise<string[]> {
  return withFileErrors(operation, directory.location, async () => {
    try {
      return await readdir(directory.location);
    } catch (error) {
      if (directory.path !== '' && hasErrno(error, 'ENOENT')) return [];
      throw error;
    }
  });
}

async function* inOrder(names: string[]): AsyncGenerator<string, void, undefined> {
  yield* names.sort();
}

/** An entry, or undefined where it is gone. */
async function describe(location: string, path: string, options: WalkOptions): Promise<WalkedEntry | undefined> {
  return withFileErrors(options.operation, location, async () => {
    options.signal?.throwIfAborted();
    try {
      const stats = await lstat(location);
      if (!stats.isSymbolicLink()) return { path, location, stats };
      if (options.followLinks !== true) return { path, location, stats, target: await readlink(location) };
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
      if (path.includes('\ufffd')) throw new SystemError('EILSEQ', 'its name is not UTF-8');
      return undefined;
    }
    options.checkLink?.(location);
    return { path, location, stats: await stat(location) };
  });
}

function loopError(operation: string, location: string): Promise<never> {
  return withFileErrors(operation, location, () => {
    throw new SystemError('ELOOP', 'the link leads back to a directory above it');
  });
}
