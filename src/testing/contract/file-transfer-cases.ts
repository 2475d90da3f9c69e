import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectError, rejectionOf } from './expect-error.ts';
import type { RuntimeContext, RuntimeSuite } from './suite.ts';

const then = new Date('2020-02-03T04:05:06Z');

/** A small tree of this machine: a file, a tool, an empty directory, links, an old file. */
async function makeTree(context: RuntimeContext): Promise<string> {
  const root = join(await context.makeLocalDirectory(), 'tree');
  await mkdir(join(root, 'deep/er'), { recursive: true });
  await mkdir(join(root, 'empty'));
  await writeFile(join(root, 'file'), 'text');
  await writeFile(join(root, 'deep/er/bytes'), Buffer.from([0, 255, 10, 13]));
  await writeFile(join(root, 'tool'), '#!/bin/sh\n');
  await chmod(join(root, 'tool'), 0o755);
  await symlink('deep/er/bytes', join(root, 'link'));
  await symlink('nowhere', join(root, 'dangling'));
  await utimes(join(root, 'file'), then, then);
  return root;
}

const names = ['dangling', 'deep', 'deep/er', 'deep/er/bytes', 'empty', 'file', 'link', 'tool'];

/** Carrying files and directories over. */
export function fileTransferCases(suite: RuntimeSuite): void {
  const test = suite.group('transfer');
  const testLinks = suite.group('transfer', 'links');

  test('uploads a file under the name that is given', async (context) => {
    const local = join(await context.makeLocalDirectory(), 'local');
    await writeFile(local, Buffer.from([0, 1, 255]));
    const { files } = context.runtime;
    const result = await files.upload(local, `${context.directory}/a/b/target`);
    assert.deepEqual([result.files, result.bytes], [1, 3]);
    assert.deepEqual([...(await files.readBytes(`${context.directory}/a/b/target`))], [0, 1, 255]);
  });

  test('uploads a file into a directory under its own name', async (context) => {
    const local = join(await context.makeLocalDirectory(), 'local');
    await writeFile(local, 'text');
    await context.runtime.upload(local, context.directory);
    assert.equal(await context.runtime.readFile(`${context.directory}/local`), 'text');
  });

  testLinks('uploads a directory with everything in it', async (context) => {
    const { runtime, directory } = context;
    const root = await makeTree(context);
    const result = await runtime.upload(root, `${directory}/new/place`);
    assert.deepEqual({ ...result, directories: 0 }, { files: 3, directories: 0, links: 2, bytes: 18 });
    const entries = await runtime.files.list(`${directory}/new/place`, { recursive: true });
    const paths = entries.map((entry) => entry.path.slice(entry.path.indexOf('/new/place/') + 11));
    assert.deepEqual(paths, names);
    const byPath = new Map(entries.map((entry, index) => [names[index], entry]));
    assert.equal(byPath.get('tool')?.mode, 0o755);
    assert.equal(byPath.get('file')?.modifiedAt.getTime(), then.getTime());
    assert.deepEqual([byPath.get('link')?.target, byPath.get('dangling')?.target], ['deep/er/bytes', 'nowhere']);
    assert.equal(byPath.get('empty')?.type, 'directory');
    const bytes = await runtime.files.readBytes(`${directory}/new/place/deep/er/bytes`);
    assert.deepEqual([...bytes], [0, 255, 10, 13]);
  });

  test('merges a directory into an existing one and removes nothing', async (context) => {
    const { files } = context.runtime;
    const local = await context.makeLocalDirectory();
    await mkdir(join(local, 'sub'));
    await writeFile(join(local, 'sub/changed'), 'new');
    await writeFile(join(local, 'added'), 'new');
    await files.write(`${context.directory}/sub/changed`, 'old content');
    await files.write(`${context.directory}/sub/kept`, 'old');
    await files.upload(local, context.directory);
    const contents = await Promise.all(
      ['sub/changed', 'sub/kept', 'added'].map((name) => files.readText(`${context.directory}/${name}`)),
    );
    assert.deepEqual(contents, ['new', 'old', 'new']);
  });

  test('refuses to put a directory where a file is, or a file where a directory is', async (context) => {
    const { files } = context.runtime;
    const local = await context.makeLocalDirectory();
    await mkdir(join(local, 'name'));
    await files.write(`${context.directory}/one/name`, 'kept');
    await expectError(files.upload(local, `${context.directory}/one`), 'FILE_EXISTS');
    assert.equal(await files.readText(`${context.directory}/one/name`), 'kept');
    const other = await context.makeLocalDirectory();
    await writeFile(join(other, 'name'), 'file');
    await files.write(`${context.directory}/two/name/inside`, 'kept');
    await expectError(files.upload(other, `${context.directory}/two`), 'FILE_EXISTS');
    assert.equal(await files.readText(`${context.directory}/two/name/inside`), 'kept');
  });

  testLinks('follows links when asked', async (context) => {
    const root = await makeTree(context);
    await context.runtime.files.remove(`${context.directory}/x`, { missing: 'ignore' });
    const { rm } = await import('node:fs/promises');
    await rm(join(root, 'dangling'));
    await context.runtime.upload(root, `${context.directory}/x`, { followLinks: true });
    const entry = await context.runtime.files.stat(`${context.directory}/x/link`);
    assert.deepEqual([entry.type, entry.sizeBytes], ['file', 4]);
  });

  testLinks('replaces a link without writing through it', async (context) => {
    const { files } = context.runtime;
    const local = await context.makeLocalDirectory();
    await symlink('../outside', join(local, 'name'));
    await files.write(`${context.directory}/outside`, 'untouched');
    await files.upload(local, `${context.directory}/in`);
    const second = await context.makeLocalDirectory();
    await writeFile(join(second, 'name'), 'new');
    await files.upload(second, `${context.directory}/in`);
    assert.equal(await files.readText(`${context.directory}/outside`), 'untouched');
    assert.equal(await files.readText(`${context.directory}/in/name`), 'new');
  });

  testLinks('downloads a directory as it was uploaded', async (context) => {
    const { runtime, directory } = context;
    const root = await makeTree(context);
    await runtime.upload(root, `${directory}/tree`);
    const back = join(await context.makeLocalDirectory(), 'new/back');
    const result = await runtime.download(`${directory}/tree`, back);
    assert.deepEqual({ ...result, directories: 0 }, { files: 3, directories: 0, links: 2, bytes: 18 });
    assert.deepEqual((await readdir(back, { recursive: true })).sort(), names);
    assert.deepEqual([...(await readFile(join(back, 'deep/er/bytes')))], [0, 255, 10, 13]);
    assert.equal((await lstat(join(back, 'tool'))).mode & 0o777, 0o755);
    assert.equal((await lstat(join(back, 'file'))).mtimeMs, then.getTime());
    assert.deepEqual(
      [await readlink(join(back, 'link')), await readlink(join(back, 'dangling'))],
      ['deep/er/bytes', 'nowhere'],
    );
  });

  test('downloads a file under a name or into a directory', async (context) => {
    const { runtime, directory } = context;
    const local = await context.makeLocalDirectory();
    await runtime.files.write(`${directory}/file`, 'text');
    await runtime.download(`${directory}/file`, join(local, 'a/named'));
    await runtime.download(`${directory}/file`, local);
    assert.equal(await readFile(join(local, 'a/named'), 'utf8'), 'text');
    assert.equal(await readFile(join(local, 'file'), 'utf8'), 'text');
  });

  test('says FILE_NOT_FOUND for a source that does not exist', async (context) => {
    const local = await context.makeLocalDirectory();
    await expectError(context.runtime.upload(join(local, 'missing'), `${context.directory}/x`), 'FILE_NOT_FOUND');
    await expectError(context.runtime.download(`${context.directory}/missing`, join(local, 'x')), 'FILE_NOT_FOUND');
    assert.deepEqual([await readdir(local), await context.runtime.files.list(context.directory)], [[], []]);
  });

  test('tells how far it is', async (context) => {
    const local = await context.makeLocalDirectory();
    for (const name of ['a', 'b', 'c']) await writeFile(join(local, name), 'x'.repeat(100_000));
    const seen: number[] = [];
    await context.runtime.upload(local, `${context.directory}/x`, { onProgress: ({ bytes }) => seen.push(bytes) });
    assert.equal(seen.at(-1), 300_000);
    assert.deepEqual(
      seen,
      [...seen].sort((one, other) => one - other),
    );
  });

  test('carries nothing when its signal is already aborted', async (context) => {
    const local = await context.makeLocalDirectory();
    await writeFile(join(local, 'file'), 'x');
    const options = { signal: AbortSignal.abort(new Error('enough')) };
    await rejectionOf(context.runtime.upload(local, `${context.directory}/x`, options));
    assert.equal(await context.runtime.files.exists(`${context.directory}/x/file`), false);
  });

  test('carries a thousand small files', async (context) => {
    const { runtime, directory } = context;
    const local = await context.makeLocalDirectory();
    const paths = Array.from({ length: 1_000 }, (_, index) => `d${index % 20}/file${index}`);
    await Promise.all(Array.from({ length: 20 }, (_, index) => mkdir(join(local, `d${index}`))));
    for (const path of paths) await writeFile(join(local, path), path);
    const result = await runtime.upload(local, `${directory}/many`);
    assert.equal(result.files, 1_000);
    const back = await context.makeLocalDirectory();
    await runtime.download(`${directory}/many`, back);
    for (const path of [paths[0], paths[500], paths[999]] as string[]) {
      assert.equal(await readFile(join(back, path), 'utf8'), path);
    }
  });
}
