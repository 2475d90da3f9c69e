import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import type { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { type Served, serveLocal } from '../server/serving.ts';

let served: Served;
let client: RemoteRuntime;
let directory: string;

before(async () => {
  served = await serveLocal();
  client = served.connect();
  directory = await mkdtemp(join(tmpdir(), 'rex-remote-files-'));
});

after(async () => {
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('writes and reads text and bytes, whole and in parts', async () => {
  const path = join(directory, 'deep/text.txt');
  await client.writeFile(path, 'häßlich 🦖');
  assert.equal(await client.readFile(path), 'häßlich 🦖');
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
  await client.files.write(path, bytes, { mode: 0o600 });
  assert.deepEqual(await client.files.readBytes(path), Buffer.from(bytes));
  assert.deepEqual([...(await client.files.readBytes(path, { start: 254, end: 258 }))], [254, 255, 0, 1]);
  await assert.rejects(client.readFile(path), (error) => RexError.is(error, 'FILE_NOT_TEXT'));
});

test('carries streams both ways without holding them', async () => {
  const path = join(directory, 'stream');
  async function* pieces() {
    for (let index = 0; index < 64; index++) yield Buffer.alloc(64 * 1024, index);
  }
  await client.files.write(path, pieces());
  let length = 0;
  for await (const piece of client.files.readStream(path)) {
    assert.equal(piece[0], Math.floor(length / 65_536));
    length += piece.length;
  }
  assert.equal(length, 4 * 1024 * 1024);
});

test('the failure of a source is the caller’s own, and the file stays as it was', async () => {
  const path = join(directory, 'kept');
  await client.writeFile(path, 'before');
  async function* broken() {
    yield 'after';
    throw new Error('source failed');
  }
  await assert.rejects(client.files.write(path, broken()), /source failed/);
  assert.equal(await client.readFile(path), 'before');
});

test('appends any length, exactly once', async () => {
  const path = join(directory, 'log');
  await client.files.append(path, 'one\n');
  await client.files.append(path, 'x'.repeat(2_500_000));
  await client.files.append(path, '');
  assert.equal((await client.files.stat(path)).sizeBytes, 2_500_004);
});

test('lists, describes, moves and removes', async () => {
  const top = join(directory, 'tree');
  await client.files.mkdir(join(top, 'sub'));
  await client.writeFile(join(top, 'sub/a'), 'a');
  await client.files.chmod(join(top, 'sub/a'), 0o750);
  await symlink('sub', join(top, 'link'));
  const names = (await client.files.list(top, { recursive: true })).map(
    ({ path, type }) => `${path.slice(top.length)} ${type}`,
  );
  assert.deepEqual(names, ['/link symlink', '/sub directory', '/sub/a file']);
  const info = await client.files.stat(join(top, 'sub/a'));
  assert.deepEqual([info.name, info.type, info.sizeBytes, info.mode], ['a', 'file', 1, 0o750]);
  assert.ok(info.modifiedAt instanceof Date);
  assert.equal((await client.files.stat(join(top, 'link'))).target, 'sub');
  await client.files.rename(join(top, 'sub/a'), join(top, 'b'));
  assert.deepEqual(
    [await client.files.exists(join(top, 'sub/a')), await client.files.exists(join(top, 'b'))],
    [false, true],
  );
  await assert.rejects(client.files.remove(join(top, 'sub/a')), (error) => RexError.is(error, 'FILE_NOT_FOUND'));
  await client.files.remove(join(top, 'sub/a'), { missing: 'ignore' });
  await client.files.remove(top, { recursive: true });
  assert.equal(await client.files.exists(top), false);
});

test('types what goes wrong', async () => {
  const missing = join(directory, 'missing');
  for (const call of [
    () => client.files.readBytes(missing),
    () => client.files.readText(missing),
    () => client.files.stat(missing),
    () => client.files.list(missing),
    () => client.files.readStream(missing)[Symbol.asyncIterator]().next(),
    () => client.files.download(missing, join(directory, 'nowhere')),
  ]) {
    await assert.rejects(call, (error) => RexError.is(error, 'FILE_NOT_FOUND') && error.context.path === missing);
  }
  await assert.rejects(client.files.readBytes(directory), (error) => RexError.is(error, 'IS_DIRECTORY'));
});

test('watches from afar', async () => {
  const stop = new AbortController();
  const path = join(directory, 'watched');
  await mkdir(path);
  const changes = client.files.watch(path, { signal: stop.signal })[Symbol.asyncIterator]();
  const first = changes.next();
  const poke = setInterval(() => void writeFile(join(path, 'new'), String(Math.random())), 20);
  const { value } = await first;
  clearInterval(poke);
  assert.equal(value?.path, join(path, 'new'));
  const next = changes.next();
  stop.abort();
  await next.catch((error: unknown) => assert.equal(error, stop.signal.reason));
});

test('carries directories both ways with modes, links, times and empty directories', async () => {
  const source = join(directory, 'source');
  await mkdir(join(source, 'empty'), { recursive: true });
  await mkdir(join(source, 'sub'));
  await writeFile(join(source, 'sub/run.sh'), 'echo', { mode: 0o755 });
  await symlink('sub/run.sh', join(source, 'link'));
  const time = new Date('2020-02-02T02:02:02Z');
  await utimes(join(source, 'sub/run.sh'), time, time);
  let progress = 0;
  const up = await client.upload(source, join(directory, 'up'), { onProgress: ({ bytes }) => (progress = bytes) });
  assert.deepEqual(up, { files: 1, directories: 3, links: 1, bytes: 4 });
  assert.equal(progress, 4);
  assert.deepEqual(await client.download(join(directory, 'up'), join(directory, 'down')), up);
  const info = await stat(join(directory, 'down/sub/run.sh'));
  assert.deepEqual([info.mode & 0o777, info.mtime], [0o755, time]);
  assert.equal(await readlink(join(directory, 'down/link')), 'sub/run.sh');
  assert.ok((await stat(join(directory, 'down/empty'))).isDirectory());
  await client.download(join(directory, 'up'), join(directory, 'followed'), { followLinks: true });
  assert.equal(await readFile(join(directory, 'followed/link'), 'utf8'), 'echo');
});

test('carries single files to a name, or into a directory', async () => {
  const source = join(directory, 'single.txt');
  await writeFile(source, 'content');
  await client.upload(source, join(directory, 'to/name.txt'));
  assert.equal(await readFile(join(directory, 'to/name.txt'), 'utf8'), 'content');
  await client.upload(source, join(directory, 'to'));
  assert.equal(await readFile(join(directory, 'to/single.txt'), 'utf8'), 'content');
  await mkdir(join(directory, 'here'));
  await client.download(join(directory, 'to/name.txt'), join(directory, 'here'));
  assert.equal(await readFile(join(directory, 'here/name.txt'), 'utf8'), 'content');
  await assert.rejects(client.upload(join(directory, 'nothing'), '/tmp/x'), (error) =>
    RexError.is(error, 'FILE_NOT_FOUND'),
  );
});
