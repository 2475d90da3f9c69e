import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { invalidArgument, RexError } from '../../../../core/errors.ts';
import { hasErrno } from '../../../files/file-errors.ts';
import { matchesPattern } from './host-pattern.ts';

/** What must hold for a directive to count: the words after `Host` or `Match`. */
export interface Condition {
  readonly keyword: 'host' | 'match';
  readonly words: readonly string[];
  /** `file:line`, for messages. */
  readonly place: string;
}

/** One line of an SSH configuration that sets something. */
export interface Directive {
  /** In lower case. */
  readonly keyword: string;
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
  readonly place: string;
}

/** Where a configuration is read from. */
export interface ConfigSource {
  readonly home: string;
  /** Whether the file may be missing. */
  readonly optional: boolean;
}

const maximumDepth = 16;

/**
 * The directives of an SSH configuration file in order, with those of the files it includes.
 * @throws INVALID_ARGUMENT for a line that cannot be read, or a file that is missing; UNSUPPORTED
 */
export function readConfig(path: string, source: ConfigSource): Promise<readonly Directive[]> {
  return readDirectives(path, source, [], 0);
}

async function readDirectives(
  path: string,
  source: ConfigSource,
  outer: readonly Condition[],
  depth: number,
): Promise<Directive[]> {
  if (depth > maximumDepth) throw invalidArgument('configFile', 'files that do not include each other', path);
  const found: Directive[] = [];
  let conditions = outer;
  for (const [index, line] of (await load(path, source.optional || depth > 0)).split(/\r?\n/).entries()) {
    const place = `${path}:${index + 1}`;
    const [first, ...words] = splitLine(line, place);
    if (first === undefined) continue;
    const keyword = first.toLowerCase();
    if (keyword === 'host' || keyword === 'match') {
      conditions = [...outer, { keyword, words, place }];
    } else if (keyword === 'include') {
      for (const file of await findFiles(words, source.home)) {
        found.push(...(await readDirectives(file, source, conditions, depth + 1)));
      }
    } else {
      found.push({ keyword, words, conditions, place });
    }
  }
  return found;
}

async function load(path: string, optional: boolean): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (optional && hasErrno(error, 'ENOENT', 'ENOTDIR')) return '';
    throw invalidArgument('configFile', `a file that can be read (${(error as Error).message})`, path);
  }
}

/** The words of a line: separated by blanks, the first also by `=`; blanks between double quotes are kept. */
export function splitLine(line: string, place: string): string[] {
  const words: string[] = [];
  const text = line.trim().replace(/^([^\s="]+)\s*=\s*/, '$1 ');
  for (const [, quoted, plain, quote] of text.matchAll(/"([^"]*)"|([^\s"]+)|(")/g)) {
    if (quote !== undefined) throw invalidArgument('configFile', 'quotes that are closed', place);
    if (plain?.startsWith('#')) break;
    words.push(quoted ?? (plain as string));
  }
  return words;
}

async function findFiles(words: readonly string[], home: string): Promise<string[]> {
  const found: string[] = [];
  for (const word of words) {
    const expanded = word.replace(/^~(?=\/|$)/, home);
    const path = isAbsolute(expanded) ? expanded : join(home, '.ssh', expanded);
    const directory = dirname(path);
    if (/[*?]/.test(directory)) throw unsupportedInclude(word);
    if (!/[*?]/.test(path)) found.push(path);
    else for (const name of await namesIn(directory)) if (fits(basename(path), name)) found.push(join(directory, name));
  }
  return found;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

function fits(pattern: string, name: string): boolean {
  return matchesPattern(pattern, name) && (pattern.startsWith('.') || !name.startsWith('.'));
}

function unsupportedInclude(word: string): Error {
  const feature = `Include ${word}`;
  const hint = 'Wildcards work in the last part of the path only: name the directory.';
  return new RexError('UNSUPPORTED', `the SSH configuration has ${feature}, which is not read`, { feature }, { hint });
}
