import type { EditProblem } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';

/** What is replaced by what. */
export interface ReplaceOptions {
  /** Text that stands in the file exactly so, white space included. */
  readonly oldText: string;
  readonly newText: string;
  /** Replaces every occurrence. Default false: the text must be there exactly once. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was replaced. */
export interface Replacement {
  readonly path: string;
  readonly count: number;
  /** Lines, counted from 1, on which the new texts begin. */
  readonly lines: readonly number[];
  /** The file's new text. */
  readonly text: string;
}

const shownLines = 20;

/**
 * Replaces text in a file, on any runtime. Nothing is a pattern. Where the file ends its lines with CR LF, line ends in
 * `oldText` and `newText` are taken as those. Mode and owner stay; nobody sees half a file.
 *
 * @throws EDIT_REFUSED, with line numbers, when the text is not there or there more than once; FILE_NOT_FOUND, FILE_NOT_TEXT
 */
export async function replaceInFile(runtime: Runtime, path: string, options: ReplaceOptions): Promise<Replacement> {
  const { all = false, signal } = options;
  const text = await runtime.files.readText(path, signal ? { signal } : {});
  const isCrLf = /\r\n/.test(text) && !/(?<!\r)\n/.test(text);
  const adapt = (part: string): string => (isCrLf ? part.replaceAll(/\r?\n/g, '\r\n') : part);
  const [oldText, newText] = [adapt(options.oldText), adapt(options.newText)];
  const result = replaceText(text, { oldText, newText, all }, path);
  await runtime.files.write(path, result.text, signal ? { signal } : {});
  return { path, ...result };
}

/** As {@link replaceInFile}, on a text. @throws EDIT_REFUSED */
export function replaceText(
  text: string,
  { oldText, newText, all = false }: ReplaceOptions,
  path: string,
): Omit<Replacement, 'path'> {
  if (oldText === '') throw refused(path, 'empty', [], 'oldText is empty', 'To make a new file, write it.');
  if (oldText === newText) throw refused(path, 'unchanged', [], 'oldText and newText are the same');
  const places = placesOf(text, oldText);
  if (places.length === 0) throw notFound(path, text, oldText);
  if (places.length > 1 && !all) {
    const lines = places.map((place) => lineAt(text, place));
    const shown = lines.slice(0, shownLines).join(', ');
    const message = `oldText is there ${places.length} times, on lines ${shown}${lines.length > shownLines ? ', …' : ''}`;
    throw refused(path, 'not-unique', lines, message, 'Take in more lines around it, or replace all.');
  }
  const parts: string[] = [];
  const lines: number[] = [];
  let [end, line] = [0, 1];
  for (const place of places) {
    const kept = text.slice(end, place);
    line += countLineEnds(kept);
    lines.push(line);
    line += countLineEnds(newText);
    parts.push(kept, newText);
    end = place + oldText.length;
  }
  return { count: places.length, lines, text: parts.join('') + text.slice(end) };
}

/** Where a text begins in another; occurrences do not overlap. */
function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let place = text.indexOf(part); place !== -1; place = text.indexOf(part, place + part.length))
    places.push(place);
  return places;
}

function notFound(path: string, text: string, oldText: string): RexError<'EDIT_REFUSED'> {
  const loose = (part: string): string[] =>
    part
      .trim()
      .split('\n')
      .map((line) => line.trim());
  const wanted = loose(oldText);
  const lines = text.split('\n').map((line) => line.trim());
  const similar = lines.flatMap((_, index) =>
    wanted.every((line, step) => lines[index + step] === line) ? [index + 1] : [],
  );
  if (similar.length > 0 && wanted.join('') !== '') {
    const where = similar.slice(0, shownLines).join(', ');
    const message = `oldText is not there; text that differs only in white space begins on line ${where}`;
    return refused(path, 'not-found', similar, message, 'Copy the lines with their white space.');
  }
  const first = wanted[0] ?? '';
  const near = first === '' ? [] : lines.flatMap((line, index) => (line === first ? [index + 1] : []));
  const also = near.length > 0 ? `; its first line alone is on line ${near.slice(0, shownLines).join(', ')}` : '';
  return refused(path, 'not-found', near, `oldText is not there${also}`, 'Read the file and copy the text exactly.');
}

function lineAt(text: string, place: number): number {
  return countLineEnds(text.slice(0, place)) + 1;
}

function countLineEnds(text: string): number {
  return text.split('\n').length - 1;
}

function refused(
  path: string,
  problem: EditProblem,
  lines: readonly number[],
  message: string,
  hint?: string,
): RexError<'EDIT_REFUSED'> {
  return new RexError(
    'EDIT_REFUSED',
    `${path}: ${message}`,
    { path, problem, lines },
    hint === undefined ? {} : { hint },
  );
}
