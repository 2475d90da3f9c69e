import { findFiles, searchFiles } from '../../../agents/toolbox/search-files.ts';
import { invalidArgument } from '../../../core/errors.ts';
import { placeIn, type Sandbox } from '../state/sandbox-desk.ts';

/** What is looked for: names by `glob`, lines by `pattern`, or both. */
export interface Search {
  readonly path?: string | undefined;
  readonly pattern?: string | undefined;
  readonly glob?: string | undefined;
  readonly limit?: number | undefined;
}

/** A file, or a line of one. */
interface Found {
  readonly path: string;
  readonly line?: number;
  readonly text?: string;
}

const longestLine = 300;
const defaultLimit = 100;

/** Looks for files or lines; links are not followed. @throws INVALID_ARGUMENT, PATH_ESCAPE, FILE_NOT_FOUND */
export async function search(
  sandbox: Sandbox,
  { path = '.', pattern, glob, limit = defaultLimit }: Search,
  signal: AbortSignal,
): Promise<{ readonly matches: Found[]; readonly truncated: boolean }> {
  if (pattern === undefined && glob === undefined) throw invalidArgument('pattern', 'a pattern or a glob', undefined);
  const query = { path: placeIn(sandbox, path), signal, ...(glob === undefined ? {} : { include: [glob] }) };
  const shown = (found: string): string =>
    path === '.' || path === '' ? found : `${path.replace(/\/$/, '')}/${found}`;
  if (pattern === undefined) {
    const { paths, complete } = await findFiles(sandbox.confined, query);
    return {
      matches: paths.slice(0, limit).map((found) => ({ path: shown(found) })),
      truncated: !complete || paths.length > limit,
    };
  }
  const { matches, complete } = await searchFiles(sandbox.confined, {
    ...query,
    pattern,
    regex: true,
    maxMatches: limit,
  });
  return {
    matches: matches.map((match) => ({ path: shown(match.path), line: match.line, text: cut(match.text) })),
    truncated: !complete,
  };
}

function cut(text: string): string {
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
}
