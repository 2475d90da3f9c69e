import { RexError } from '../../core/errors.ts';
import type { FileInfo, FileSystem } from '../../sandbox/files/file-system.ts';

/** Directories that hold nothing a person wrote. */
export const defaultExcludes: readonly string[] = [
  ...['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv', '.tox', '.mypy_cache', '.pytest_cache'],
  ...['.gradle', '.next', '.turbo', '.cache'],
];

const atOnce = 16;

/** A file below the top of a walk. */
export interface WalkedFile {
  /** Path below the top, parts joined by `/`. */
  readonly path: string;
  /** Path for the file system. */
  readonly location: string;
  readonly sizeBytes: number;
}

/** What a walk leaves out. */
export interface WalkOptions {
  /** Whether a path below the top, file or directory, is left out with all below it. */
  readonly excluded: (path: string) => boolean;
  readonly maxFiles: number;
  readonly signal?: AbortSignal | undefined;
}

/** Files below a directory (or the file itself), sorted by path; links are not followed. `complete` is false at `maxFiles`. */
export async function walkFiles(
  files: FileSystem,
  top: string,
  { excluded, maxFiles, signal }: WalkOptions,
): Promise<{ readonly found: readonly WalkedFile[]; readonly complete: boolean }> {
  const itself = await files.stat(top);
  if (itself.type === 'file') {
    return { found: [{ path: top, location: top, sizeBytes: itself.sizeBytes }], complete: true };
  }
  const found: WalkedFile[] = [];
  let level = [''];
  while (level.length > 0 && found.length < maxFiles) {
    const next: string[] = [];
    for (let index = 0; index < level.length && found.length < maxFiles; index += atOnce) {
      signal?.throwIfAborted();
      const directories = level.slice(index, index + atOnce);
      const listings = await Promise.all(directories.map((directory) => listOrNothing(files, `${top}/${directory}`)));
      for (const [place, entries] of listings.entries()) {
        for (const { name, type, sizeBytes } of entries) {
          const path = `${directories[place]}${name}`;
          if (excluded(path)) continue;
          if (type === 'directory') next.push(`${path}/`);
          if (type === 'file') found.push({ path, location: `${top}/${path}`, sizeBytes });
        }
      }
    }
    level = next;
  }
  const complete = level.length === 0 && found.length <= maxFiles;
  return { found: found.sort(byPath).slice(0, maxFiles), complete };
}

function byPath(first: WalkedFile, second: WalkedFile): number {
  return first.path < second.path ? -1 : first.path > second.path ? 1 : 0;
}

/** Entries of a directory; none for one that is gone or may not be read. */
async function listOrNothing(files: FileSystem, path: string): Promise<readonly FileInfo[]> {
  try {
    return await files.list(path.replace(/(?<=.)\/$/, ''));
  } catch (error) {
    if (RexError.is(error, 'FILE_NOT_FOUND') || RexError.is(error, 'PERMISSION_DENIED')) return [];
    if (RexError.is(error, 'NOT_DIRECTORY')) return [];
    throw error;
  }
}
