import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { RexError } from '../../../core/errors.ts';
import { isBrokenArchive } from '../../files/file-errors.ts';
import { extractZip } from '../../files/zip.ts';
import { pythonClass } from '../../protocol/python-exceptions.ts';
import { pythonBoolean } from '../../protocol/python-values.ts';
import { fieldFailure, missingFailure } from '../../protocol/validation-detail.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { doneAnswer, jsonAnswer } from '../http/answers.ts';
import type { Call, WholeAnswer } from '../http/route.ts';
import { openStaging } from '../staging.ts';
import { pythonError } from './python-error.ts';

/**
 * Takes a multipart upload and carries it into the runtime: a file to its target, a zip file with `unzip` into a
 * directory. The parts lie on disk in between, never in memory.
 */
export async function receiveUpload(runtime: Runtime, call: Call): Promise<WholeAnswer> {
  await using staging = await openStaging();
  const form = await readForm(call, staging.path);
  const target = form.fields.get('target_path');
  if (form.file === undefined) return jsonAnswer(missingFailure('file'), 422);
  if (target === undefined) return jsonAnswer(missingFailure('target_path'), 422);
  const unzip = readFlag(form.fields.get('unzip'));
  if (typeof unzip !== 'boolean') return unzip;
  const source = unzip ? await extract(form.file, staging.path) : form.file;
  await runtime.upload(source, target, { signal: call.signal });
  return doneAnswer();
}

interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** Where the file part lies, under the name that its sender gave it. */
  readonly file: string | undefined;
}

async function readForm(call: Call, staging: string): Promise<Form> {
  const contentType = call.headers['content-type'];
  if (!/^multipart\/form-data\b/i.test(contentType ?? '')) return { fields: new Map(), file: undefined };
  const parser = new Busboy({ headers: { ...call.headers, 'content-type': contentType } as BusboyHeaders });
  const fields = new Map<string, string>();
  const writes: Promise<void>[] = [];
  let file: string | undefined;
  parser.on('field', (name, value) => fields.set(name, value));
  parser.on('file', (name, part, filename) => {
    if (name !== 'file' || file !== undefined) {
      part.resume();
      return;
    }
    file = join(staging, 'part', safeName(filename));
    writes.push(save(part, file));
  });
  try {
    await pipeline(Readable.from(call.body), parser);
    await Promise.all(writes);
  } catch (error) {
    await Promise.allSettled(writes);
    throw RexError.is(error) ? error : pythonError({ classPath: pythonClass.value, message: (error as Error).message });
  }
  return { fields, file };
}

async function save(part: Readable, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await pipeline(part, createWriteStream(path));
}

async function extract(zipFile: string, staging: string): Promise<string> {
  const directory = join(staging, 'content');
  try {
    await extractZip(zipFile, directory);
  } catch (error) {
    throw isBrokenArchive(error)
      ? pythonError({ classPath: pythonClass.badZip, message: 'File is not a zip file' })
      : error;
  }
  return directory;
}

function safeName(filename: string | undefined): string {
  const name = basename(filename ?? '');
  return name === '' || name === '.' || name === '..' || name.includes('\0') ? 'upload' : name;
}

function readFlag(value: string | undefined): boolean | WholeAnswer {
  const parsed = pythonBoolean().safeParse(value ?? false);
  if (parsed.success) return parsed.data;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return jsonAnswer(fieldFailure('unzip', { type: 'bool_parsing', msg }, value), 422);
}
