import type { Runtime } from '../../sandbox/runtime/runtime.ts';

/** Which lines of a file are wanted. All optional. */
export interface ReadLinesOptions {
  /** First line, counted from 1; a negative number counts from the end (-1 is the last). Default 1. */
  readonly startLine?: number | undefined;
  /** Default 250. */
  readonly lineCount?: number | undefined;
  /** Longer lines are cut, with a mark. Default 2,000 characters. */
  readonly maxLineLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A window of a file. */
export interface LineWindow {
  /** `binary` files have no lines. */
  readonly type: 'text' | 'binary';
  readonly lines: readonly string[];
  /** Number of the first line in `lines`. */
  readonly startLine: number;
  readonly totalLines: number;
  readonly sizeBytes: number;
}

/**
 * Reads some lines of a file, whatever its size, on any runtime; memory holds the window alone. Bytes that are no UTF-8
 * appear as U+FFFD; a file with zero bytes is binary.
 *
 * @throws FILE_NOT_FOUND, IS_DIRECTORY, PERMISSION_DENIED
 */
export async function readLines(runtime: Runtime, path: string, options: ReadLinesOptions = {}): Promise<LineWindow> {
  const { startLine = 1, lineCount = 250, maxLineLength = 2000, signal } = options;
  const decoder = new TextDecoder();
  const kept: string[] = [];
  let [rest, cut, total, sizeBytes] = ['', 0, 0, 0];
  const take = (line: string): void => {
    total++;
    const wanted = startLine < 0 || (total >= startLine && kept.length < lineCount);
    if (wanted) kept.push(shorten(line, cut, maxLineLength));
    if (startLine < 0 && kept.length > -startLine) kept.shift();
    cut = 0;
  };
  for await (const bytes of runtime.files.readStream(path, signal ? { signal } : {})) {
    if (bytes.includes(0)) {
      const stat = await runtime.files.stat(path);
      return { type: 'binary', lines: [], startLine: 1, totalLines: 0, sizeBytes: stat.sizeBytes };
    }
    sizeBytes += bytes.length;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (rest.length > maxLineLength + 1) {
      cut += rest.length - maxLineLength - 1;
      rest = rest.slice(0, maxLineLength + 1);
    }
  }
  rest += decoder.decode();
  if (rest !== '') take(rest);
  const first = startLine < 0 ? Math.max(1, total + startLine + 1) : Math.max(1, startLine);
  return { type: 'text', lines: kept.slice(0, lineCount), startLine: first, totalLines: total, sizeBytes };
}

function shorten(line: string, cut: number, maximum: number): string {
  const text = line.replace(/\r$/, '');
  if (text.length + cut <= maximum) return text;
  return `${text.slice(0, maximum)} [… ${text.length + cut - maximum} more characters]`;
}
