import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, link, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { bound, gather, inScratch, rejectsWith, scratch, streamOf } from './scratch.ts';
import { pattern } from './trees.ts';

const files = new LocalFileSystem();

test('text and bytes come back as they were written', async (context) => {
  const local = new LocalFileSystem({ cwd: await scratch(context) });
  await local.write('a/b/text', 'grüße\r\n\ufeff');
  assert.equal(await local.readText('a/b/text'), 'grüße\r\n\ufeff');
  await local.write('bytes', Uint8Array.of(0, 255, 13));
  assert.deepEqual(Buffer.from(await local.readBytes('bytes')), Buffer.from([0, 255, 13]));
  await local.write('empty', '');
  assert.equal((await local.readBytes('empty')).length, 0);
});

test('a range equals the slice, however it is read', async () => {
  const bytes = pattern(200_000);
  const position = fc.oneof(
    fc.integer({ min: 0, max: 200_010 }),
    fc.constantFrom(0, 65_535, 65_536, 65_537, 131_072, 200_000),
  );
  const law = fc.asyncProperty(fc.option(position), fc.option(position), async (start, end) => {
    const range = { ...(start === null ? {} : { start }), ...(end === null ? {} : { end }) };
    const slice = Buffer.from(bytes.subarray(start ?? 0, Math.max(start ?? 0, end ?? bytes.length)));
    assert.deepEqual(Buffer.from(await files.readBytes(file, range)), slice);
    const chunks: number[] = [];
    const parts: Uint8Array[] = [];
    for await (const chunk of files.readStream(file, range)) {
      chunks.push(chunk.length);
      parts.push(chunk);
    }
    assert.deepEqual(Buffer.concat(parts), slice);
    assert.ok(chunks.every((length) => length > 0 && length <= 65_536));
    assert.equal(await files.readText(file, { ...range, encoding: 'latin-1' }), slice.toString('latin1'));
  });
  let file = '';
  await inScratch(async (base) => {
    file = join(base, 'file');
    await writeFile(file, bytes);
    await fc.assert(law, { numRuns: 60 });
  });
});

test('a position that is none is refused', async (context) => {
  const local = new LocalFileSystem({ cwd: await scratch(context) });
  await local.write('file', 'x');
  for (const range of [{ start: -1 }, { end: 1.5 }, { start: Number.NaN }]) {
    await assert.rejects(local.readBytes('file', range), { code: 'INVALID_ARGUMENT' });
  }
});

test('a stream of text and bytes is written, characters cut between chunks kept whole', async (context) => {
  const local = new LocalFileSystem({ cwd: await scratch(context) });
  await local.write(
    'mixed',
    streamOf<string | Uint8Array>('a\ud83d', '\ude00b', Uint8Array.of(0xc3), Uint8Array.of(0xa4), '\ud83d'),
  );
  assert.equal(await local.readText('mixed'), 'a😀bä\ufffd');
  await local.write('web', new Blob(['from ', 'the web']).stream());
  assert.equal(await local.readText('web'), 'from the web');
  await assert.rejects(local.write('odd', streamOf(7 as never)), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(local.write('odd', 7 as never), { code: 'INVALID_ARGUMENT' });
  assert.equal(await local.exists('odd'), false);
});

test('append adds to the end and creates', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.append('deep/log', 'one\n', { mode: 0o640 });
  await local.append('deep/log', streamOf('two', '\n'), { mode: 0o600 });
  assert.equal(await local.readText('deep/log'), 'one\ntwo\n');
  assert.equal((await stat(join(base, 'deep/log'))).mode & 0o777, 0o640);
});

test('a write that fails leaves the old file, or none, and nothing beside it', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('old', 'old content');
  const failure = Object.assign(new Error('source broke'), { code: 'ENOENT' });
  async function* failing(): AsyncGenerator<string> {
    yield 'half';
    throw failure;
  }
  await assert.rejects(local.write('old', failing()), failure);
  await assert.rejects(local.write('new', failing()), failure);
  const abort = new AbortController();
  async function* hanging(): AsyncGenerator<string> {
    yield 'half';
    abort.abort(failure);
    await new Promise(() => {});
  }
  await assert.rejects(local.write('new', hanging(), { signal: abort.signal }), failure);
  assert.equal(await local.readText('old'), 'old content');
  assert.deepEqual(await readdir(base), ['old']);
});

test('a write replaces at once: who has the old file open keeps it whole', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'file'), 'old content');
  const before = await stat(join(base, 'file'));
  await files.write(join(base, 'file'), 'new');
  assert.notEqual((await stat(join(base, 'file'))).ino, before.ino);
});

test('a write keeps the mode of what it replaces, and gives a new file the mode it is told', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'script'), 'old');
  await chmod(join(base, 'script'), 0o751);
  await files.write(join(base, 'script'), 'new', { mode: 0o600 });
  await files.write(join(base, 'private'), 'x', { mode: 0o666 });
  assert.equal((await stat(join(base, 'script'))).mode & 0o777, 0o751);
  assert.equal((await stat(join(base, 'private'))).mode & 0o777, 0o666);
  await assert.rejects(files.write(join(base, 'x'), '', { mode: 0o10000 }), { code: 'INVALID_ARGUMENT' });
});

test('a write follows links, dangling ones too, and keeps hard links together', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'real'));
  await writeFile(join(base, 'real/file'), 'old');
  await symlink('real/file', join(base, 'alias'));
  await symlink('real/future', join(base, 'dangling'));
  await files.write(join(base, 'alias'), 'new');
  await files.write(join(base, 'dangling'), 'made');
  assert.equal(await readFile(join(base, 'real/file'), 'utf8'), 'new');
  assert.equal(await readFile(join(base, 'real/future'), 'utf8'), 'made');
  assert.equal(await readlink(join(base, 'alias')), 'real/file');
  await link(join(base, 'real/file'), join(base, 'second'));
  await files.write(join(base, 'second'), 'both');
  assert.equal(await readFile(join(base, 'real/file'), 'utf8'), 'both');
});

test('a device is written to, not replaced', async () => {
  const before = await lstat('/dev/null');
  await files.write('/dev/null', 'nothing');
  assert.equal((await lstat('/dev/null')).ino, before.ino);
});

test('a pipe that nobody uses never blocks', async (context) => {
  const base = await scratch(context);
  execFileSync('mkfifo', [join(base, 'pipe')]);
  assert.equal((await files.readBytes(join(base, 'pipe'))).length, 0);
  const error = await rejectsWith(files.write(join(base, 'pipe'), 'x'), 'FILE_ERROR');
  assert.equal(error.context.errno, 'ENXIO');
});

test('where a directory takes no new file, an existing one is overwritten in place', {
  skip: !bound && 'permission bits do not bind root',
}, async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'file'), 'old and long');
  await chmod(base, 0o500);
  try {
    await files.write(join(base, 'file'), 'new');
    assert.equal(await readFile(join(base, 'file'), 'utf8'), 'new');
    await rejectsWith(files.write(join(base, 'other'), 'x'), 'PERMISSION_DENIED');
  } finally {
    await chmod(base, 0o700);
  }
  await chmod(join(base, 'file'), 0o400);
  await rejectsWith(files.write(join(base, 'file'), 'newer'), 'PERMISSION_DENIED');
});

test('stat tells the facts, of a link its own', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'file'), 'four');
  await chmod(join(base, 'file'), 0o640);
  await symlink('file', join(base, 'link'));
  const { modifiedAt, ...facts } = await files.stat(join(base, 'file'));
  assert.deepEqual(facts, { path: join(base, 'file'), name: 'file', type: 'file', sizeBytes: 4, mode: 0o640 });
  assert.ok(modifiedAt instanceof Date);
  const local = new LocalFileSystem({ cwd: base });
  assert.equal((await local.stat('.')).type, 'directory');
  const alias = await local.stat('link');
  assert.deepEqual([alias.type, alias.target, alias.path], ['symlink', 'file', join(base, 'link')]);
  assert.equal((await files.stat('/dev/null')).type, 'other');
});

test('list is sorted, goes depth first and follows no links', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  for (const path of ['b/two', 'b/one', 'a', 'c']) await local.write(path, path);
  await symlink('b', join(base, 'bb'));
  const names = (await local.list('.')).map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(names, ['a file', 'b directory', 'bb symlink', 'c file']);
  const all = (await local.list('.', { recursive: true })).map(({ path }) => path.slice(base.length));
  assert.deepEqual(all, ['/a', '/b', '/b/one', '/b/two', '/bb', '/c']);
  assert.deepEqual(
    (await local.list('bb')).map(({ path }) => path),
    [join(base, 'bb/one'), join(base, 'bb/two')],
  );
  await rejectsWith(local.list('a'), 'NOT_DIRECTORY');
  await rejectsWith(local.list('none'), 'FILE_NOT_FOUND');
  await assert.rejects(local.list('.', { signal: AbortSignal.abort(new Error('stop')) }), /stop/);
});

test('exists is true for whatever has a name', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('file', '');
  await symlink('nowhere', join(base, 'dangling'));
  assert.deepEqual(
    await Promise.all(['file', '.', 'dangling', 'none', 'file/below'].map((path) => local.exists(path))),
    [true, true, true, false, false],
  );
});

test('mkdir makes parents unless told not to', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.mkdir('a/b', { mode: 0o707 });
  assert.equal((await stat(join(base, 'a/b'))).mode & 0o777, 0o707);
  await local.mkdir('a/b');
  await rejectsWith(local.mkdir('a/b', { parents: false }), 'FILE_EXISTS');
  await rejectsWith(local.mkdir('x/y', { parents: false }), 'FILE_NOT_FOUND');
  await local.write('file', '');
  await rejectsWith(local.mkdir('file'), 'FILE_EXISTS');
  await rejectsWith(local.mkdir('file/below'), 'NOT_DIRECTORY');
});

test('remove takes away a file, a link itself, a directory', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('tree/file', 'x');
  await symlink('tree', join(base, 'link'));
  await local.remove('link', { recursive: true });
  assert.equal(await local.exists('tree/file'), true);
  await rejectsWith(local.remove('tree'), 'DIRECTORY_NOT_EMPTY');
  await local.remove('tree', { recursive: true });
  await local.mkdir('empty');
  await local.remove('empty');
  await rejectsWith(local.remove('empty'), 'FILE_NOT_FOUND');
  await local.remove('empty', { missing: 'ignore' });
  assert.deepEqual(await readdir(base), []);
  await rejectsWith(files.remove('/', { recursive: true }), 'PERMISSION_DENIED');
  await assert.rejects(local.remove('', { recursive: true }), { code: 'INVALID_ARGUMENT' });
});

test('rename replaces a file, never a directory that is not empty', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('one', '1');
  await local.write('two', '2');
  await local.rename('one', 'two');
  assert.equal(await local.readText('two'), '1');
  await local.write('full/file', 'x');
  await local.mkdir('other');
  assert.equal(
    (await rejectsWith(local.rename('other', 'full'), 'DIRECTORY_NOT_EMPTY')).context.path,
    join(base, 'full'),
  );
  await rejectsWith(local.rename('two', 'full'), 'IS_DIRECTORY');
  await rejectsWith(local.rename('full', 'two'), 'NOT_DIRECTORY');
  assert.equal((await rejectsWith(local.rename('none', 'x'), 'FILE_NOT_FOUND')).context.path, join(base, 'none'));
  assert.equal(
    (await rejectsWith(local.rename('two', 'no/where'), 'FILE_NOT_FOUND')).context.path,
    join(base, 'no/where'),
  );
});

test('rename carries over from one file system to another', async (context) => {
  const base = await scratch(context);
  const other = '/dev/shm';
  const isOther = await stat(other).then(
    async ({ dev }) => dev !== (await stat(base)).dev,
    () => false,
  );
  if (!isOther) return context.skip('needs a second file system');
  const local = new LocalFileSystem({ cwd: base });
  const far = join(other, `hrm-rex-rename-${process.pid}`);
  context.after(() => files.remove(far, { recursive: true, missing: 'ignore' }));
  await local.write('tree/sub/file', 'x', { mode: 0o640 });
  await symlink('sub', join(base, 'tree/link'));
  await local.rename('tree', far);
  assert.equal(await local.exists('tree'), false);
  assert.equal((await files.stat(join(far, 'sub/file'))).mode, 0o640);
  await local.rename(join(far, 'link'), 'link');
  assert.equal((await local.stat('link')).target, 'sub');
  await local.write('full/x', '');
  await rejectsWith(local.rename(far, 'full'), 'DIRECTORY_NOT_EMPTY');
  assert.equal(await files.exists(join(far, 'sub/file')), true);
  assert.deepEqual((await readdir(base)).sort(), ['full', 'link']);
});

test('chmod sets bits, through a link on what it stands for', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('file', '');
  await symlink('file', join(base, 'link'));
  await local.chmod('link', 0o701);
  assert.equal((await local.stat('file')).mode, 0o701);
  await assert.rejects(local.chmod('file', -1), { code: 'INVALID_ARGUMENT' });
  await rejectsWith(local.chmod('none', 0o600), 'FILE_NOT_FOUND');
});

test('errors are typed, with the path as the caller wrote it', async (context) => {
  const base = await scratch(context);
  const local = new LocalFileSystem({ cwd: base });
  await local.write('file', '');
  const missing = await rejectsWith(local.readText('none'), 'FILE_NOT_FOUND');
  assert.deepEqual(missing.context, { path: 'none', operation: 'read' });
  await rejectsWith(gather(local.readStream('none')), 'FILE_NOT_FOUND');
  await rejectsWith(local.readBytes('.'), 'IS_DIRECTORY');
  await rejectsWith(gather(local.readStream('.')), 'IS_DIRECTORY');
  await rejectsWith(local.write('.', 'x'), 'IS_DIRECTORY');
  await rejectsWith(local.append('.', 'x'), 'IS_DIRECTORY');
  await rejectsWith(local.write('file/below', 'x'), 'NOT_DIRECTORY');
  await rejectsWith(local.write('no/where', 'x', { parents: false }), 'FILE_NOT_FOUND');
  await rejectsWith(local.append('no/where', 'x', { parents: false }), 'FILE_NOT_FOUND');
  assert.equal((await rejectsWith(local.write('x'.repeat(300), ''), 'FILE_ERROR')).context.errno, 'ENAMETOOLONG');
  await symlink('loop', join(base, 'loop'));
  assert.equal((await rejectsWith(local.readText('loop'), 'FILE_ERROR')).context.errno, 'ELOOP');
  await assert.rejects(local.readText('nul\0'), { code: 'INVALID_ARGUMENT' });
  const notText = await local
    .write('binary', Uint8Array.of(97, 98, 255))
    .then(() => rejectsWith(local.readText('binary', { start: 1 }), 'FILE_NOT_TEXT'));
  assert.deepEqual(notText.context, { path: 'binary', operation: 'read', encoding: 'utf-8', position: 2 });
  if (bound) {
    await local.chmod('file', 0);
    await rejectsWith(local.readText('file'), 'PERMISSION_DENIED');
  }
});

test('readOnly refuses every change and allows all else', async (context) => {
  const base = await scratch(context);
  await files.write(join(base, 'file'), 'x');
  const local = new LocalFileSystem({ cwd: base, readOnly: true });
  const changes = [
    local.write('file', ''),
    local.append('file', ''),
    local.mkdir('d'),
    local.remove('file'),
    local.rename('file', 'other'),
    local.chmod('file', 0o600),
    local.upload(join(base, 'file'), 'other'),
  ];
  for (const change of changes) await rejectsWith(change, 'PERMISSION_DENIED');
  assert.equal(await local.readText('file'), 'x');
  assert.equal((await local.download('file', join(base, 'copy'))).files, 1);
  assert.deepEqual((await local.list('.')).length, 2);
});

test('a stream that nobody reads to the end closes its file', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'large'), pattern(300_000));
  const open = async () =>
    (
      await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
    ).filter((path) => path.startsWith(base));
  for await (const chunk of files.readStream(join(base, 'large'))) {
    assert.equal(chunk.length, 65_536);
    assert.equal((await open()).length, 1);
    break;
  }
  assert.deepEqual(await open(), []);
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of files.readStream(join(base, 'large'), { signal: abort.signal }))
      abort.abort(new Error('stop'));
  }, /stop/);
  assert.deepEqual(await open(), []);
});
