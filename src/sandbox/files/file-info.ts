import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import type { FileInfo, FileType } from './file-system.ts';

/** The facts about a path, from what the system says of it. */
export function fileInfo(path: string, stats: Stats, target?: string): FileInfo {
  const facts = {
    path,
    name: basename(path),
    type: typeOf(stats),
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    modifiedAt: stats.mtime,
  };
  return target === undefined ? facts : { ...facts, target };
}

function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}
