import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../src/core/errors.ts';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { gather, inScratch, rejectsWith, scratch } from './scratch.ts';
import { survey } from './trees.ts';

test('paths start at the root, or at the cwd in it', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'root/work'), { recursive: true });
  const rooted = new LocalFileSystem({ root: join(base, 'root') });
  await rooted.write('file', 'top');
  const working = new LocalFileSystem({ root: join(base, 'root'), cwd: 'work' });
  assert.equal(await working.readText('../file'), 'top');
  await working.write('deep/er/file', 'below');
  assert.equal(await rooted.readText(join(base, 'root/work/deep/er/file')), 'below', 'absolute paths inside are open');
});

test('nothing leads out: dots, absolute paths, links, links to links, links that dangle', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'root/in'), { recursive: true });
  await mkdir(join(base, 'root-beside'));
  await writeFile(join(base, 'secret'), 'secret');
  await writeFile(join(base, 'root-beside/secret'), 'secret');
  await symlink('../secret', join(base, 'root/leak'));
  await symlink('leak', join(base, 'root/again'));
  await symlink('..', join(base, 'root/up'));
  await symlink('../unborn', join(base, 'root/dangling'));
  await symlink('dangling', join(base, 'root/in/far'));
  await symlink('missing/../../../unborn', join(base, 'root/in/strange'));
  const rooted = new LocalFileSystem({ root: join(base, 'root') });
  const outside = [
    '..',
    '../secret',
    '/etc/passwd',
    join(base, 'secret'),
    '../root-beside/secret',
    'up/secret',
    'up/root-beside/secret',
    'in/../../secret',
  ];
  const followed = [...outside, 'leak', 'again', 'dangling', 'in/strange', 'up'];
  for (const path of followed) {
    for (const action of actionsThatFollow(rooted, path, base)) await rejectsWith(action, 'PATH_ESCAPE');
  }
  for (const path of outside) {
    for (const action of actionsOnNames(rooted, path)) await rejectsWith(action, 'PATH_ESCAPE');
  }
  const error = await rejectsWith(rooted.readText('leak'), 'PATH_ESCAPE');
  assert.deepEqual(error.context, { path: 'leak', operation: 'read', root: join(base, 'root') });
  assert.deepEqual(
    Object.keys(await survey(base)).filter((path) => path.includes('unborn')),
    [],
  );
});

function actionsThatFollow(files: LocalFileSystem, path: string, base: string): Promise<unknown>[] {
  return [
    files.readBytes(path),
    files.readText(path),
    gather(files.readStream(path)),
    files.write(path, 'x'),
    files.append(path, 'x'),
    files.list(path),
    files.mkdir(path),
    files.chmod(path, 0o600),
    files.upload(join(base, 'secret'), path),
    files.download(path, join(base, 'out')),
    files.watch(path)[Symbol.asyncIterator]().next(),
  ];
}

function actionsOnNames(files: LocalFileSystem, path: string): Promise<unknown>[] {
  return [
    files.stat(path),
    files.exists(path),
    files.remove(path, { recursive: true }),
    files.rename(path, 'moved'),
    files.rename('in', path),
  ];
}

test('a link inside the root works, and one that leads out can be looked at and removed', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'root/in'), { recursive: true });
  await symlink('root', join(base, 'alias'));
  const rooted = new LocalFileSystem({ root: join(base, 'alias') });
  await rooted.write('in/file', 'x');
  await symlink('in/file', join(base, 'root/near'));
  await symlink(join(base, 'root/in'), join(base, 'root/absolute'));
  await symlink('/etc', join(base, 'root/far'));
  assert.equal(await rooted.readText('near'), 'x');
  assert.equal(await rooted.readText('absolute/file'), 'x');
  assert.equal(await rooted.readText(join(base, 'alias/in/file')), 'x');
  assert.equal((await rooted.stat('far')).target, '/etc');
  assert.equal(await rooted.exists('far'), true);
  await rooted.rename('far', 'in/far');
  await rooted.remove('in/far');
  assert.deepEqual(
    (await rooted.list('.')).map(({ name }) => name),
    ['absolute', 'in', 'near'],
  );
});

test('the root itself is listed but neither removed nor moved', async (context) => {
  const base = await scratch(context);
  const rooted = new LocalFileSystem({ root: base });
  assert.equal((await rooted.stat('.')).type, 'directory');
  assert.deepEqual(await rooted.list('.'), []);
  await rejectsWith(rooted.remove('.', { recursive: true }), 'PATH_ESCAPE');
  await rejectsWith(rooted.rename('.', 'x'), 'PATH_ESCAPE');
  await rejectsWith(new LocalFileSystem({ root: join(base, 'none') }).list('.'), 'FILE_NOT_FOUND');
});

test('no random path, through random links, reads or writes outside a root', async () => {
  const part = fc.constantFrom('a', 'b', 'l', 'm', '..', '.', 'new', '');
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
  const target = fc.oneof(
    path,
    path.map((text) => `/${text}`),
    fc.constantFrom('../outside', '../outside/secret', '../unborn'),
  );
  const law = fc.asyncProperty(
    fc.array(target, { minLength: 4, maxLength: 4 }),
    fc.array(path, { minLength: 1, maxLength: 6 }),
    (targets, paths) =>
      inScratch(async (base) => {
        await mkdir(join(base, 'outside'));
        await writeFile(join(base, 'outside/secret'), 'secret');
        await mkdir(join(base, 'root/a/b'), { recursive: true });
        const places = ['root/l', 'root/m', 'root/a/l', 'root/a/b/m'];
        for (const [index, place] of places.entries())
          await symlink(targets[index] as string, join(base, place)).catch(() => {});
        const before = await outsideOf(base);
        const rooted = new LocalFileSystem({ root: join(base, 'root') });
        for (const each of paths) {
          const text = await rooted.readText(each).catch(typedOnly);
          assert.notEqual(text, 'secret');
          await rooted.write(each, 'written').catch(typedOnly);
          await rooted.mkdir(`${each}/made`).catch(typedOnly);
          await rooted.append(`${each}/log`, 'x').catch(typedOnly);
          await rooted.upload(join(base, 'outside'), each).catch(typedOnly);
          await rooted.rename(each, 'moved').catch(typedOnly);
          await rooted.remove(each, { recursive: true }).catch(typedOnly);
        }
        assert.deepEqual(await outsideOf(base), before);
        assert.equal(await readFile(join(base, 'outside/secret'), 'utf8'), 'secret');
      }),
  );
  await fc.assert(law, { numRuns: 120 });
});

function typedOnly(error: unknown): void {
  assert.ok(RexError.is(error), String(error));
}

async function outsideOf(base: string): Promise<unknown> {
  return Object.entries(await survey(base)).filter(
    ([path]) => !path.startsWith('/root/') && path !== '/root' && path !== '',
  );
}
