import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { RexError } from '../../core/errors.ts';
import { parseDependencyRow, parseTaskRow } from './parse-row.ts';
import type { DependencyRow, TaskRow } from './task-row.ts';

/** Reads tasks from a JSONL file, packed with gzip when its name ends in `.gz`. @throws DATA_FILE_CORRUPT with the line's number */
export async function readTaskRows(path: string): Promise<TaskRow[]> {
  return await readRows(path, parseTaskRow);
}

/** Reads task graphs as {@link readTaskRows} reads tasks. @throws DATA_FILE_CORRUPT with the line's number */
export async function readDependencyRows(path: string): Promise<DependencyRow[]> {
  return await readRows(path, parseDependencyRow);
}

async function readRows<Row>(path: string, parse: (value: unknown) => Row): Promise<Row[]> {
  const rows: Row[] = [];
  let line = 0;
  const file = createReadStream(path);
  const content = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // An error of the file itself does not pass through the pipe.
  file.on('error', (error) => content.destroy(error));
  try {
    for await (const text of createInterface({ input: content, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== '') rows.push(parse(JSON.parse(text)));
    }
  } catch (error) {
    const place = line === 0 ? '' : `line ${line}: `;
    const reason = `${place}${error instanceof Error ? error.message : String(error)}`;
    throw new RexError(
      'DATA_FILE_CORRUPT',
      `${path}: ${reason}`,
      { file: path, reason },
      { hint: 'Each line is one JSON object; docs/coordination.md shows the fields.', cause: error },
    );
  } finally {
    file.destroy();
  }
  return rows;
}
