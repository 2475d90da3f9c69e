// Lists files under a folder, sorted, with forward slashes; an absent folder is empty (fs.glob is missing on Node 20).
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Paths that start with `folder` and match `pattern`. */
export function listFiles(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name).split(sep).join('/'))
    .filter((path) => pattern.test(path) && !path.includes('node_modules/'))
    .sort();
}
