import { readLines as readWindow } from '../../../agents/toolbox/read-lines.ts';
import { RexError } from '../../../core/errors.ts';
import { placeIn, type Sandbox } from '../state/sandbox-desk.ts';

const longestText = 48 * 1024;
const mostEntries = 1000;

/** Which lines are wanted; the first is 1. */
interface LineRange {
  readonly line: number;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Lines of a file as {@link readLines} gives them. */
interface ReadLines {
  readonly text: string;
  /** Lines of the file, or entries of the directory, in all. */
  readonly total: number;
  /** First line that is not in the text; absent at the end. */
  readonly next?: number;
}

/**
 * Lines of a text file, or the entries of a directory as lines, cut to what a model can take.
 * @throws FILE_NOT_TEXT for a binary file
 */
export async function readLines(sandbox: Sandbox, path: string, range: LineRange): Promise<ReadLines> {
  const place = placeIn(sandbox, path);
  const { type } = await sandbox.confined.files.stat(place);
  if (type === 'directory') return await listEntries(sandbox, place, range);
  const { line: startLine, limit: lineCount, signal } = range;
  const window = await readWindow(sandbox.confined, place, { startLine, lineCount, signal });
  if (window.type === 'binary') throw notText(path);
  return pageOf(window.lines, startLine, window.totalLines);
}

async function listEntries(
  { confined }: Sandbox,
  place: string,
  { line, limit, signal }: LineRange,
): Promise<ReadLines> {
  const entries = await confined.files.list(place, { signal });
  const marks = { directory: '/', symlink: '@', file: '', other: '?' };
  const names = entries
    .slice(line - 1, line - 1 + Math.min(limit, mostEntries))
    .map(({ name, type }) => name + marks[type]);
  return pageOf(names, line, entries.length);
}

function pageOf(lines: readonly string[], first: number, total: number): ReadLines {
  let text = '';
  let shown = 0;
  for (const line of lines) {
    if (shown > 0 && text.length + line.length > longestText) break;
    text += `${line}\n`;
    shown += 1;
  }
  const next = first + shown;
  return { text, total, ...(next <= total && shown > 0 ? { next } : {}) };
}

function notText(path: string): RexError<'FILE_NOT_TEXT'> {
  const hint = 'Look at it with exec (file, xxd), or read it as the resource sandbox://HANDLE/PATH.';
  const context = { path, operation: 'read', encoding: 'utf-8', position: 0 };
  return new RexError('FILE_NOT_TEXT', `${path} is no text`, context, { hint });
}
