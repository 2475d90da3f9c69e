import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { globMatcher } from './glob.ts';
import { toExpression, withinTime } from './limited-match.ts';
import { defaultExcludes, type WalkedFile, walkFiles } from './walk-files.ts';

/** Which files a search looks at. All optional. */
export interface FileQuery {
  /** Directory or file. Default: the runtime's working directory. */
  readonly path?: string | undefined;
  /** Globs of the files wanted, such as `*.ts` or `src/**\/*.py`. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** Globs of files and directories left out. Default {@link defaultExcludes}. */
  readonly exclude?: readonly string[] | undefined;
  /** Files looked at, at most. Default 20,000. */
  readonly maxFiles?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is searched for. */
export interface SearchOptions extends FileQuery {
  /** Text, or with `regex` a JavaScript regular expression; it is held against each line. */
  readonly pattern: string;
  readonly regex?: boolean | undefined;
  readonly ignoreCase?: boolean | undefined;
  /** Lines shown before and after each match. Default 0. */
  readonly contextLines?: number | undefined;
  /** Default 100. */
  readonly maxMatches?: number | undefined;
  /** Larger files are left out. Default 2 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Time for matching in one file. Default 2,000. */
  readonly maxMatchMs?: number | undefined;
}

/** A line that matches. */
export interface SearchMatch {
  /** Path below the directory that was searched. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What a search found, in the order of paths and lines. */
export interface SearchResult {
  readonly matches: readonly SearchMatch[];
  readonly filesSearched: number;
  /** Too large, no text, or not readable. */
  readonly filesSkipped: number;
  /** False when a limit ended the search: there may be more. */
  readonly complete: boolean;
}

const readAhead = 12;

/**
 * Searches the lines of text files, on any runtime by its file system alone. Matching is limited in time, so that no
 * pattern can hang the process; binary files are skipped.
 *
 * @throws INVALID_ARGUMENT for a broken pattern, LIMIT_EXCEEDED for one that takes too long, FILE_NOT_FOUND
 */
export async function searchFiles(runtime: Runtime, options: SearchOptions): Promise<SearchResult> {
  const { maxMatches = 100, maxFileBytes = 2 * 1024 * 1024, maxMatchMs = 2000, contextLines = 0 } = options;
  const { regex = false, ignoreCase = false, signal } = options;
  const expression = toExpression(options.pattern, { regex, ignoreCase });
  const { found, complete } = await listFiles(runtime, options);
  const matches: SearchMatch[] = [];
  let [searched, skipped] = [0, 0];
  for (let index = 0; index < found.length && matches.length <= maxMatches; index += readAhead) {
    signal?.throwIfAborted();
    const batch = found.slice(index, index + readAhead);
    const texts = await Promise.all(batch.map((file) => readText(runtime, file, maxFileBytes)));
    for (const [place, file] of batch.entries()) {
      const text = texts[place];
      if (text === undefined) {
        skipped++;
        continue;
      }
      searched++;
      const wanted = maxMatches + 1 - matches.length;
      const find = () => matchLines(file.path, text, expression, { contextLines, wanted });
      matches.push(...withinTime(find, maxMatchMs));
    }
  }
  const more = matches.length > maxMatches;
  return {
    matches: matches.slice(0, maxMatches),
    filesSearched: searched,
    filesSkipped: skipped,
    complete: complete && !more,
  };
}

/** Paths of files by name, sorted, below the directory. @throws FILE_NOT_FOUND */
export async function findFiles(
  runtime: Runtime,
  options: FileQuery = {},
): Promise<{ readonly paths: readonly string[]; readonly complete: boolean }> {
  const { found, complete } = await listFiles(runtime, options);
  return { paths: found.map(({ path }) => path), complete };
}

async function listFiles(runtime: Runtime, { path = '.', include, exclude, maxFiles = 20_000, signal }: FileQuery) {
  const excluded = globMatcher(exclude ?? defaultExcludes);
  const { found, complete } = await walkFiles(runtime.files, path, { excluded, maxFiles, signal });
  const included = include && include.length > 0 ? globMatcher(include) : () => true;
  return { found: found.filter((file) => included(file.path)), complete };
}

async function readText(
  runtime: Runtime,
  { location, sizeBytes }: WalkedFile,
  maxBytes: number,
): Promise<string | undefined> {
  if (sizeBytes > maxBytes) return undefined;
  try {
    const text = await runtime.files.readText(location);
    return text.includes('\0') ? undefined : text;
  } catch (error) {
    if (!RexError.is(error)) throw error;
    if (error.code === 'RUNTIME_CLOSED' || error.code === 'CONNECTION_FAILED') throw error;
    return undefined;
  }
}

function matchLines(
  path: string,
  text: string,
  expression: RegExp,
  { contextLines, wanted }: { readonly contextLines: number; readonly wanted: number },
): SearchMatch[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const matches: SearchMatch[] = [];
  for (let index = 0; index < lines.length && matches.length < wanted; index++) {
    const line = lines[index] as string;
    if (!expression.test(line)) continue;
    const before = lines.slice(Math.max(0, index - contextLines), index);
    matches.push({
      path,
      line: index + 1,
      text: line,
      before,
      after: lines.slice(index + 1, index + 1 + contextLines),
    });
  }
  return matches;
}
