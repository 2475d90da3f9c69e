import { findFiles, searchFiles } from '../../../agents/toolbox/search-files.ts';
import { invalidArgument, RexError } from '../../../core/errors.ts';
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

/**
 * Looks for files or lines for at most `timeMs`; links are not followed.
 * @throws INVALID_ARGUMENT, PATH_ESCAPE, FILE_NOT_FOUND, LIMIT_EXCEEDED when the time is over
 */
export async function searchWithin(
  timeMs: number,
  sandbox: Sandbox,
  query: Search,
  signal: AbortSignal,
): Promise<{ readonly matches: Found[]; readonly truncated: boolean }> {
  const limit = AbortSignal.timeout(timeMs);
  try {
    return await search(sandbox, query, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    const hint = 'Search a smaller `path`, or by `glob`.';
    const context = { limit: 'maxWaitMs', maximum: timeMs, received: timeMs };
    throw new RexError('LIMIT_EXCEEDED', `the search took more than ${timeMs} ms`, context, { hint, cause: error });
  }
}

async function search(
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
