import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { packTree, unpackTree } from '../../files/archive.ts';
import type { FileSystem, TransferResult } from '../../files/file-system.ts';
import type { Answer, Call, Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { openStaging } from '../staging.ts';
import { bytesAnswer } from './file-routes.ts';
import { flagOf, getAnswer, postBytes, required } from './rex-route.ts';

/** Files and directories as tar streams, both ways. */
export function archiveRoutes({ runtime: { files } }: ServerContext): readonly Route[] {
  return [
    postBytes('/files/archive', 'stream', (call) => receive(files, call)),
    getAnswer('/files/archive', (call) => send(files, call)),
  ];
}

/** Unpacks here, then carries over: an archive that is cut short touches nothing of the target. */
async function receive(files: FileSystem, { query, body, signal }: Call): Promise<TransferResult> {
  const target = required(query, 'path');
  await using staging = await openStaging();
  await unpackTree(body, staging.path, { strip: 0, signal });
  const [top, ...others] = await readdir(staging.path);
  if (top === undefined || others.length > 0) throw invalidArgument('body', 'a tar stream with one top member', others);
  return await files.upload(join(staging.path, top), target, { signal });
}

async function send(files: FileSystem, call: Call): Promise<Answer> {
  return await bytesAnswer(packed(files, call));
}

async function* packed(files: FileSystem, { query, signal }: Call): AsyncGenerator<Uint8Array> {
  const path = required(query, 'path');
  const followLinks = flagOf(query, 'followLinks') ?? false;
  await using staging = await openStaging();
  const name = basename(path).replace(/^\.{0,2}$/, 'root');
  const copy = join(staging.path, name);
  await files.download(path, copy, { followLinks, signal });
  yield* packTree(copy, { name, signal });
}
