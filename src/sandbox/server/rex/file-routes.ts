import { invalidArgument } from '../../../core/errors.ts';
import type { ReadTextOptions, WriteOptions } from '../../files/file-system.ts';
import { encodeFileInfo } from '../../runtime/remote-file-wire.ts';
import { compact } from '../../runtime/remote-value-wire.ts';
import { linesAnswer } from '../http/answers.ts';
import type { Answer, Call, Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { flagOf, getAnswer, getJson, numberOf, postBytes, postJson, required } from './rex-route.ts';
import { pathBody } from './schemas.ts';

/** Files in binary, by ranges and as streams. */
export function fileRoutes({ runtime: { files } }: ServerContext): readonly Route[] {
  return [
    getAnswer('/files/content', async (call) =>
      bytesAnswer(files.readStream(required(call.query, 'path'), { ...rangeOf(call), signal: call.signal })),
    ),
    getJson('/files/text', async (call) => {
      const { query, signal } = call;
      const encoding = query.get('encoding') ?? undefined;
      const errors = (query.get('errors') ?? undefined) as ReadTextOptions['errors'];
      const options = { ...rangeOf(call), ...compact({ encoding, errors }), signal };
      return { content: await files.readText(required(query, 'path'), options) };
    }),
    getJson('/files/stat', async ({ query }) => encodeFileInfo(await files.stat(required(query, 'path')))),
    getJson('/files/exists', async ({ query }) => ({ exists: await files.exists(required(query, 'path')) })),
    getJson('/files/list', async ({ query, signal }) => {
      const options = { ...compact({ recursive: flagOf(query, 'recursive') }), signal };
      return { entries: (await files.list(required(query, 'path'), options)).map(encodeFileInfo) };
    }),
    getAnswer('/files/watch', async ({ query, signal }) => {
      const options = { ...compact({ recursive: flagOf(query, 'recursive') }), signal };
      return linesAnswer(files.watch(required(query, 'path'), options));
    }),
    postBytes('/files/content', 'stream', (call) =>
      files.write(required(call.query, 'path'), call.body, writeOptions(call)),
    ),
    postBytes('/files/append', 'whole', (call) =>
      files.append(required(call.query, 'path'), call.content, writeOptions(call)),
    ),
    postJson('/files/mkdir', pathBody, async ({ path, parents, mode }) => {
      await files.mkdir(path, compact({ parents, mode }));
      return {};
    }),
    postJson('/files/remove', pathBody, async ({ path, recursive, missing }) => {
      await files.remove(path, compact({ recursive, missing }));
      return {};
    }),
    postJson('/files/rename', pathBody, async ({ path, to }) => {
      if (to === undefined) throw invalidArgument('to', 'a path', to);
      await files.rename(path, to);
      return {};
    }),
    postJson('/files/chmod', pathBody, async ({ path, mode }) => {
      if (mode === undefined) throw invalidArgument('mode', 'permission bits', mode);
      await files.chmod(path, mode);
      return {};
    }),
  ];
}

/** A stream of bytes whose first piece is there, so that an error of its beginning has a status of its own. */
export async function bytesAnswer(bytes: AsyncIterable<Uint8Array>): Promise<Answer> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first = await pieces.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
    } finally {
      await pieces.return?.();
    }
  }
  return { status: 200, type: 'application/octet-stream', stream: all() };
}

function rangeOf({ query }: Call): { readonly start?: number; readonly end?: number } {
  return compact({ start: numberOf(query, 'start'), end: numberOf(query, 'end') });
}

function writeOptions({ query, signal }: Call): WriteOptions {
  return { ...compact({ mode: numberOf(query, 'mode'), parents: flagOf(query, 'parents') }), signal };
}
