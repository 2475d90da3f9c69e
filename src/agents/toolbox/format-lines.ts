import type { LineWindow } from './read-lines.ts';
import type { SearchResult } from './search-files.ts';

const shownLineLength = 300;

/** A window of a file as text: a head line, then numbered lines. */
export function formatWindow(path: string, { type, lines, startLine, totalLines, sizeBytes }: LineWindow): string {
  if (type === 'binary') return `[${path}: binary, ${sizeBytes} bytes]`;
  if (totalLines === 0) return `[${path}: empty]`;
  if (lines.length === 0) return `[${path}: ${totalLines} lines, none from line ${startLine} on]`;
  const end = startLine + lines.length - 1;
  const width = String(end).length;
  const numbered = lines.map((line, index) => `${String(startLine + index).padStart(width)}| ${line}`);
  return [`[${path}: lines ${startLine}-${end} of ${totalLines}]`, ...numbered].join('\n');
}

/** Matches as text: `path:line: text`, context with `-`, groups with context apart by `--`. */
export function formatMatches({ matches, filesSearched, filesSkipped, complete }: SearchResult): string {
  const groups = matches.map(({ path, line, text, before, after }) => [
    ...before.map((other, index) => `${path}-${line - before.length + index}- ${shorten(other)}`),
    `${path}:${line}: ${shorten(text)}`,
    ...after.map((other, index) => `${path}-${line + 1 + index}- ${shorten(other)}`),
  ]);
  const hasContext = groups.some((group) => group.length > 1);
  const files = new Set(matches.map(({ path }) => path)).size;
  const skipped = filesSkipped > 0 ? `, ${filesSkipped} too large or no text` : '';
  const more = complete ? '' : '; there are more: narrow the search';
  const head = `[${matches.length} lines in ${files} files; ${filesSearched} files searched${skipped}${more}]`;
  return [head, ...groups.map((group) => group.join('\n'))].join(hasContext ? '\n--\n' : '\n');
}

function shorten(line: string): string {
  return line.length <= shownLineLength ? line : `${line.slice(0, shownLineLength)} […]`;
}
