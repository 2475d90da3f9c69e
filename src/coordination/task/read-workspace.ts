import { defaultExcludes, walkFiles } from '../../agents/toolbox/walk-files.ts';
import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import type { WorkspaceSummary } from './planning-task.ts';
import { summariseWorkspace } from './summarise-workspace.ts';

/** Bounds of {@link readWorkspace}. */
export interface ReadWorkspaceOptions {
  /** Files that are counted; the rest is left out. Default 50,000. */
  readonly maxFiles?: number | undefined;
  /** Time for the whole reading; what was found by then is summarised. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of a listing that are read: about 50,000 long paths. */
const maxListingBytes = 8 * 1024 * 1024;

/**
 * Summarises a directory by the names of its files, never by what they hold: what git tracks where there is a repository,
 * otherwise every file outside of directories such as `node_modules`.
 *
 * @throws FILE_NOT_FOUND, NOT_DIRECTORY or another file error where there is no directory, also when it vanishes meanwhile
 */
export async function readWorkspace(
  runtime: Runtime,
  directory = '.',
  options: ReadWorkspaceOptions = {},
): Promise<WorkspaceSummary> {
  const { maxFiles = 50_000, timeoutMs = 10_000, signal } = options;
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  await assertDirectory(runtime, directory);
  const bounds = { maxFiles, timeoutMs, signal: signal ? AbortSignal.any([signal, deadline]) : deadline };
  const paths = (await listTracked(runtime, directory, bounds)) ?? (await listAll(runtime, directory, bounds));
  signal?.throwIfAborted();
  if (paths.length === 0) await assertDirectory(runtime, directory);
  return summariseWorkspace(paths.slice(0, maxFiles));
}

interface Bounds {
  readonly maxFiles: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Files that git tracks or would track; undefined where git cannot say or knows none. */
async function listTracked(runtime: Runtime, directory: string, bounds: Bounds): Promise<string[] | undefined> {
  const command = ['git', '-c', 'core.fsmonitor=false', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  try {
    const { exitCode, stdout, truncated } = await runtime.execute(command, {
      cwd: directory,
      env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_OPTIONAL_LOCKS: '0' },
      timeoutMs: bounds.timeoutMs,
      maxOutputBytes: maxListingBytes,
      signal: bounds.signal,
    });
    if (exitCode !== 0) return undefined;
    const paths = new Set(stdout.split('\0').filter((path) => path !== ''));
    // Where the listing is cut, the one entry with the mark in it is no path.
    const whole = truncated ? [...paths].filter((path) => !path.includes('\n')) : [...paths];
    return whole.length > 0 ? whole : undefined;
  } catch (error) {
    if (RexError.is(error)) return undefined;
    throw error;
  }
}

/** Files below a directory, found level by level; at the time limit, what was found until then. */
async function listAll(runtime: Runtime, directory: string, { maxFiles, signal }: Bounds): Promise<string[]> {
  const excluded = (path: string): boolean => defaultExcludes.includes(path.slice(path.lastIndexOf('/') + 1));
  try {
    const { found } = await walkFiles(runtime.files, directory, { excluded, maxFiles, signal });
    return found.map(({ path }) => path);
  } catch (error) {
    if (signal.aborted) return listTop(runtime, directory);
    throw error;
  }
}

/** What stands at the top: all that a huge tree on a slow target gives in time. */
async function listTop(runtime: Runtime, directory: string): Promise<string[]> {
  const entries = await runtime.files.list(directory);
  return entries.filter(({ type }) => type === 'file').map(({ name }) => name);
}

async function assertDirectory(runtime: Runtime, directory: string): Promise<void> {
  const { type } = await runtime.files.stat(directory);
  if (type === 'directory') return;
  // A link is followed by the system itself.
  if (type === 'symlink') await runtime.files.list(directory);
  else {
    const context = { path: directory, operation: 'readWorkspace' };
    throw new RexError('NOT_DIRECTORY', `${directory} is no directory`, context, {
      hint: 'Name a directory of files.',
    });
  }
}
