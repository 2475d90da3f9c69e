import assert from 'node:assert/strict';
import { chmod, link, lstat, mkdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { bound, inScratch, rejectsWith, scratch } from './scratch.ts';
import { directory, pattern, plant, survey } from './trees.ts';

const files = new LocalFileSystem();

test('any tree survives upload and download bit for bit', async () => {
  const law = fc.asyncProperty(directory, (tree) =>
    inScratch(async (base) => {
      await plant(join(base, 'source'), tree);
      const before = await survey(join(base, 'source'));
      const rooted = new LocalFileSystem({ root: base });
      const up = await rooted.upload(join(base, 'source'), 'far/away/there');
      const down = await rooted.download('far/away/there', join(base, 'back'));
      assert.deepEqual(await survey(join(base, 'far/away/there')), before);
      assert.deepEqual(await survey(join(base, 'back')), before);
      assert.deepEqual(up, down);
      const kinds = Object.values(before) as { link?: string; directory?: boolean }[];
      assert.equal(up.links, kinds.filter((kind) => kind.link !== undefined).length);
      assert.equal(up.directories, kinds.filter((kind) => kind.directory).length);
      assert.equal(up.files, kinds.length - up.links - up.directories);
    }),
  );
  await fc.assert(law, { numRuns: 40 });
});

test('a file goes exactly to its target, making parents', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'tool'), 'run');
  await chmod(join(base, 'tool'), 0o751);
  await utimes(join(base, 'tool'), 1_000_000, 1_000_000.5);
  const result = await files.upload(join(base, 'tool'), join(base, 'a/b/renamed'));
  assert.deepEqual(result, { files: 1, directories: 0, links: 0, bytes: 3 });
  const stats = await stat(join(base, 'a/b/renamed'));
  assert.equal(stats.mode & 0o777, 0o751);
  assert.equal(stats.mtimeMs, 1_000_000_500);
});

test('a file whose target is a directory goes inside it under its own name', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'real'), 'x');
  await symlink('real', join(base, 'named'));
  await mkdir(join(base, 'into'));
  await files.upload(join(base, 'named'), join(base, 'into'));
  assert.equal((await lstat(join(base, 'into/named'))).isFile(), true, 'the link that the source is was followed');
  await mkdir(join(base, 'into2/named'), { recursive: true });
  await rejectsWith(files.upload(join(base, 'named'), join(base, 'into2')), 'FILE_EXISTS');
});

test('a directory merges: files and links replaced, nothing removed, existing directories keep their mode', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/sub'), { recursive: true, mode: 0o755 });
  await writeFile(join(base, 'source/sub/same'), 'new');
  await writeFile(join(base, 'source/was-link'), 'now a file');
  await symlink('elsewhere', join(base, 'source/was-file'));
  await mkdir(join(base, 'target/sub'), { recursive: true });
  await chmod(join(base, 'target/sub'), 0o700);
  await writeFile(join(base, 'target/sub/same'), 'old and longer');
  await writeFile(join(base, 'target/sub/kept'), 'kept');
  await writeFile(join(base, 'outside'), 'untouched');
  await symlink('../outside', join(base, 'target/was-link'));
  await writeFile(join(base, 'target/was-file'), 'gone');
  await files.upload(join(base, 'source'), join(base, 'target'));
  assert.equal(await readFile(join(base, 'target/sub/same'), 'utf8'), 'new');
  assert.equal(await readFile(join(base, 'target/sub/kept'), 'utf8'), 'kept');
  assert.equal(await readFile(join(base, 'target/was-link'), 'utf8'), 'now a file');
  assert.equal(await readFile(join(base, 'outside'), 'utf8'), 'untouched');
  assert.equal(await readlink(join(base, 'target/was-file')), 'elsewhere');
  assert.equal((await stat(join(base, 'target/sub'))).mode & 0o777, 0o700);
});

test('a directory and a file of one name are refused, and stay as they are', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/name'), { recursive: true });
  await mkdir(join(base, 'target'));
  await writeFile(join(base, 'target/name'), 'a file');
  const error = await rejectsWith(files.upload(join(base, 'source'), join(base, 'target')), 'FILE_EXISTS');
  assert.equal(error.context.path, join(base, 'target/name'));
  assert.equal(await readFile(join(base, 'target/name'), 'utf8'), 'a file');
  await rejectsWith(files.upload(join(base, 'target'), join(base, 'source')), 'FILE_EXISTS');
  assert.equal((await stat(join(base, 'source/name'))).isDirectory(), true);
  await rejectsWith(files.upload(join(base, 'source'), join(base, 'target/name')), 'FILE_EXISTS');
});

test('no link below the target is followed', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/data'), { recursive: true });
  await writeFile(join(base, 'source/data/new'), 'x');
  await mkdir(join(base, 'elsewhere'));
  await mkdir(join(base, 'target'));
  await symlink('../elsewhere', join(base, 'target/data'));
  await rejectsWith(files.upload(join(base, 'source'), join(base, 'target')), 'FILE_EXISTS');
  assert.equal(await files.exists(join(base, 'elsewhere/new')), false);
});

test('followLinks copies what links stand for, and sees circles', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source/deep'), { recursive: true });
  await writeFile(join(base, 'source/deep/file'), 'content');
  await symlink('deep', join(base, 'source/alias'));
  await symlink('deep/file', join(base, 'source/direct'));
  const result = await files.upload(join(base, 'source'), join(base, 'target'), { followLinks: true });
  assert.deepEqual(result, { files: 3, directories: 3, links: 0, bytes: 21 });
  assert.equal(await readFile(join(base, 'target/alias/file'), 'utf8'), 'content');
  await symlink('..', join(base, 'source/deep/up'));
  const error = await rejectsWith(
    files.upload(join(base, 'source'), join(base, 'again'), { followLinks: true }),
    'FILE_ERROR',
  );
  assert.equal(error.context.errno, 'ELOOP');
});

test('a download from a root follows no link that leads out', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'root/project'), { recursive: true });
  await writeFile(join(base, 'secret'), 'secret');
  await symlink('../../secret', join(base, 'root/project/leak'));
  const rooted = new LocalFileSystem({ root: join(base, 'root') });
  await rejectsWith(rooted.download('project', join(base, 'out'), { followLinks: true }), 'PATH_ESCAPE');
  assert.equal((await rooted.download('project', join(base, 'out2'))).links, 1);
  await rejectsWith(rooted.download('project/leak', join(base, 'out3')), 'PATH_ESCAPE');
});

test('an uploaded link may point outside, but leads nowhere', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'root'));
  await mkdir(join(base, 'source'));
  await symlink('/etc', join(base, 'source/system'));
  const rooted = new LocalFileSystem({ root: join(base, 'root') });
  await rooted.upload(join(base, 'source'), 'project');
  assert.equal((await rooted.stat('project/system')).target, '/etc');
  await rejectsWith(rooted.readText('project/system/hostname'), 'PATH_ESCAPE');
  await rejectsWith(rooted.write('project/system/planted', 'x'), 'PATH_ESCAPE');
  await rejectsWith(rooted.upload(join(base, 'source'), 'project/system/planted'), 'PATH_ESCAPE');
});

test('a directory is not copied into itself', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'tree'));
  await rejectsWith(files.upload(join(base, 'tree'), join(base, 'tree/inner')).catch(hinted), 'INVALID_ARGUMENT');
  await rejectsWith(files.upload(join(base, 'tree'), join(base, 'tree')).catch(hinted), 'INVALID_ARGUMENT');
  assert.deepEqual(await files.list(join(base, 'tree')), []);
});

test('pipes and sockets are left out, hard links become files', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/one'), 'x');
  await link(join(base, 'source/one'), join(base, 'source/two'));
  const server = (await import('node:net')).createServer().listen(join(base, 'source/socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => server.close());
  const result = await files.upload(join(base, 'source'), join(base, 'target'));
  assert.equal(result.files, 2);
  assert.deepEqual(
    (await files.list(join(base, 'target'))).map((entry) => entry.name),
    ['one', 'two'],
  );
});

test('progress counts up to the result, also within a large file', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/large'), Buffer.alloc(9 * 1024 * 1024, 'x'));
  await writeFile(join(base, 'source/small'), pattern(1000));
  const steps: { bytes: number; files: number }[] = [];
  const result = await files.upload(join(base, 'source'), join(base, 'target'), {
    onProgress: (step) => steps.push(step),
  });
  assert.equal(result.bytes, 9 * 1024 * 1024 + 1000);
  assert.deepEqual(steps.at(-1), { bytes: result.bytes, files: 2 });
  assert.ok(steps.length > 100, 'every chunk of the large file is told');
  assert.ok(steps.every((step, index) => index === 0 || step.bytes >= (steps[index - 1]?.bytes ?? 0)));
});

test('an abort stops a transfer and leaves no half file', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/large'), Buffer.alloc(32 * 1024 * 1024));
  const abort = new AbortController();
  const reason = new Error('enough');
  const onProgress = () => abort.abort(reason);
  const copying = files.upload(join(base, 'source'), join(base, 'target'), { signal: abort.signal, onProgress });
  await assert.rejects(copying, reason);
  assert.deepEqual(await files.list(join(base, 'target')), []);
});

test('a source that cannot be read is named in the error', {
  skip: !bound && 'permission bits do not bind root',
}, async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(join(base, 'source/closed'), 'x', { mode: 0 });
  const error = await rejectsWith(files.upload(join(base, 'source'), join(base, 'target')), 'PERMISSION_DENIED');
  assert.equal(error.context.path, join(base, 'source/closed'));
});

test('a name that is not UTF-8 is refused rather than left out', {
  skip: process.platform !== 'linux' && 'needs Linux',
}, async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'source'));
  await writeFile(Buffer.concat([Buffer.from(`${base}/source/caf`), Buffer.from([0xe9])]), 'x');
  const error = await rejectsWith(files.upload(join(base, 'source'), join(base, 'target')), 'FILE_ERROR');
  assert.equal(error.context.errno, 'EILSEQ');
});

/** `invalidArgument` gives no hint of its own. */
function hinted(error: unknown): never {
  throw Object.assign(error as Error, { hint: (error as { hint?: string }).hint ?? 'none' });
}
