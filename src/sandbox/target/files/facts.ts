import { type Buffer, isUtf8 } from 'node:buffer';
import { posix } from 'node:path';
import { SystemError, withFileErrors } from '../../files/file-errors.ts';
import type { FileInfo, FileType } from '../../files/file-system.ts';

/** The facts about a path, from what `stat -c '%f %s %Y %y'` and, for a link, `readlink -n` printed. */
export function readStat(printed: Buffer, path: string): FileInfo {
  const line = printed.indexOf(10);
  const facts = statFacts(printed.toString('latin1', 0, line));
  return describe(path, facts, printed.toString('utf8', line + 1));
}

/**
 * The entries that a list script printed, depth first and sorted by name.
 *
 * GNU find prints `f`, and for each entry type, mode, size, time, path, NUL, link target, NUL. Elsewhere `stat` prints
 * `s` and, for each entry, its facts and a path that ends in `//`, which no path holds; after a NUL, each link as
 * path, `//`, target, NUL.
 *
 * @throws FILE_ERROR with errno `EILSEQ` for a name that is not UTF-8
 */
export async function readList(printed: Buffer, operation: string): Promise<FileInfo[]> {
  const text = printed.toString('utf8', 1);
  const entries = printed[0] === 0x66 ? foundEntries(text) : statEntries(text);
  const broken = isUtf8(printed) ? undefined : entries.find(({ path }) => path.includes('\ufffd'));
  if (broken !== undefined) {
    await withFileErrors(operation, broken.path, () => {
      throw new SystemError('EILSEQ', 'its name is not UTF-8');
    });
  }
  const keyed = entries.map((entry) => ({ entry, key: entry.path.replaceAll('/', '\0') }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ entry }) => entry);
}

/** What is known of an entry but for its name. */
export interface Facts {
  readonly type: FileType;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly modifiedMs: number;
}

const foundTypes: Readonly<Record<string, FileType>> = { f: 'file', d: 'directory', l: 'symlink' };
/** By the first hexadecimal digit of a raw mode of four. */
const rawTypes: Readonly<Record<string, FileType>> = { '8': 'file', '4': 'directory', a: 'symlink' };

function foundEntries(text: string): FileInfo[] {
  const parts = text.split('\0');
  const entries: FileInfo[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, type, mode, size, time, path] = /^(.)(\d+) (\d+) (\S+) ([\s\S]+)$/.exec(parts[at] as string) as string[];
    const facts = {
      type: foundTypes[type as string] ?? 'other',
      sizeBytes: Number(size),
      mode: Number.parseInt(mode as string, 8),
      modifiedMs: foundTime(time as string),
    };
    entries.push(describe(path as string, facts, parts[at + 1] as string));
  }
  return entries;
}

/** GNU find writes whole seconds, rounded down also before 1970, and what comes on top of them. */
function foundTime(time: string): number {
  const [seconds, fraction = '0'] = time.split('.');
  return (Number(seconds) + Number(`0.${fraction}`)) * 1000;
}

function statEntries(text: string): FileInfo[] {
  const [facts = '', ...links] = text.split('\0');
  const targets = new Map(links.map((link) => cut(link)));
  return facts
    .split('//\n')
    .slice(0, -1)
    .map((record) => {
      const start = record.indexOf('/');
      const path = record.slice(start);
      return describe(path, statFacts(record.slice(0, start)), targets.get(path) ?? '');
    });
}

function cut(link: string): [path: string, target: string] {
  const at = link.indexOf('//');
  return [link.slice(0, at), link.slice(at + 2)];
}

/** Facts from raw mode, size, whole seconds and a readable time, of which only the fraction counts. */
export function statFacts(line: string): Facts {
  const [raw = '', size, seconds, , clock = ''] = line.split(' ');
  const bits = Number.parseInt(raw, 16);
  const fraction = Number(/\.\d+/.exec(clock)?.[0] ?? 0);
  return {
    type: raw.length === 4 ? (rawTypes[raw.charAt(0)] ?? 'other') : 'other',
    sizeBytes: Number(size),
    mode: bits & 0o7777,
    modifiedMs: (Number(seconds) + fraction) * 1000,
  };
}

function describe(path: string, { modifiedMs, ...facts }: Facts, target: string): FileInfo {
  const modifiedAt = new Date(Math.round(modifiedMs));
  const info = { path, name: posix.basename(path), ...facts, modifiedAt };
  return facts.type === 'symlink' ? { ...info, target } : info;
}
