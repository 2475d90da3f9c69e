import { invalidArgument } from '../../core/errors.ts';
import type { ByteLog } from '../process/byte-log.ts';
import { PatternSearch } from '../process/pattern-search.ts';
import type { Pattern } from './session.ts';

/** A match of `expect`: the pattern, its text and its place in the output. */
export interface Expected {
  readonly pattern: Pattern;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The patterns of an `expect` option as a list. @throws INVALID_ARGUMENT */
export function toPatterns(expect: Pattern | readonly Pattern[] | undefined): readonly Pattern[] {
  if (expect === undefined) return [];
  const patterns = typeof expect === 'string' || expect instanceof RegExp ? [expect] : expect;
  for (const pattern of patterns) {
    if (!(pattern instanceof RegExp) && (typeof pattern !== 'string' || pattern === '')) {
      throw invalidArgument('expect', 'non-empty texts or RegExps', pattern);
    }
  }
  return patterns;
}

/** Follows a log from a position until one of the patterns appears; undefined when it ends without. */
export async function expectPattern(
  log: ByteLog,
  patterns: readonly Pattern[],
  from: number,
): Promise<Expected | undefined> {
  const search = new PatternSearch(patterns, from);
  for await (const chunk of log.read({ after: from })) {
    if (chunk.type === 'gap') continue;
    const found = search.feed(chunk.data);
    if (found) {
      const { index, text, start, end } = found;
      return { pattern: patterns[index] as Pattern, text, start, end };
    }
  }
  return undefined;
}
