import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SystemError } from '../../../../src/sandbox/files/file-errors.ts';
import { scriptError } from '../../../../src/sandbox/target/files/failure.ts';
import { ShellFiles } from '../../../../src/sandbox/target/files/shell-files.ts';
import { rejectsWith, scratch } from '../../files/scratch.ts';
import { LocalTarget } from '../local-target.ts';
import { asker, filesOf, gnuWithout, toolboxes } from './toolboxes.ts';

test('a missing tool is named', async (context) => {
  const bare = gnuWithout('tar', 'stat', 'find');
  const base = await scratch(context);
  const files = filesOf(bare, base);
  const attempts = {
    tar: () => files.upload(base, 'x'),
    stat: () => files.stat('.'),
    find: () => files.list('.'),
  };
  for (const [tool, attempt] of Object.entries(attempts)) {
    const error = await rejectsWith(attempt(), 'UNSUPPORTED');
    assert.ok(error.context.feature.startsWith(`${tool} in`), error.message);
  }
  assert.deepEqual(await readdir(base), []);
});

test('a file is carried both ways without tar', async (context) => {
  const bare = gnuWithout('tar');
  const base = await scratch(context);
  await writeFile(join(base, 'tool'), 'run', { mode: 0o751 });
  await utimes(join(base, 'tool'), 1_000_000, 1_000_000);
  const files = filesOf(bare, base);
  assert.deepEqual(await files.upload(join(base, 'tool'), 'a/far'), { files: 1, directories: 0, links: 0, bytes: 3 });
  await files.download('a/far', join(base, 'back'));
  const { mode, mtimeMs } = await stat(join(base, 'back'));
  assert.deepEqual([mode & 0o777, mtimeMs, await readFile(join(base, 'back'), 'utf8')], [0o751, 1_000_000_000, 'run']);
});

for (const { name, missing, target: options } of toolboxes) {
  test(`${name}: every operation is one round trip`, { skip: missing ?? false }, async (context) => {
    const base = await scratch(context);
    await mkdir(join(base, 'tree'));
    await writeFile(join(base, 'tree/file'), 'text');
    for (const ask of [undefined, asker(options)]) {
      let asked = 0;
      const target = new LocalTarget({ ...options, cwd: base });
      const counting = async (script: string) => {
        asked += 1;
        return await (ask as NonNullable<typeof ask>)(script);
      };
      const files = new ShellFiles(target, ask === undefined ? {} : { ask: counting });
      const operations: (() => Promise<unknown>)[] = [
        () => files.write('a/b/file', 'text'),
        () => files.append('a/b/file', 'more'),
        () => files.readText('a/b/file'),
        () => files.stat('a/b/file'),
        () => files.exists('a/b/file'),
        () => files.list('a'),
        () => files.list('.', { recursive: true }),
        () => files.chmod('a/b/file', 0o600),
        () => files.mkdir('x/y', { mode: 0o700 }),
        () => files.rename('a/b/file', 'x/y/moved'),
        () => files.remove('a', { recursive: true }),
        () => files.upload(join(base, 'tree'), 'x/tree'),
        () => files.download('x/tree', join(base, 'back')),
      ];
      for (const operation of operations) {
        const before = asked + target.opened.length;
        await operation();
        assert.equal(asked + target.opened.length - before, 1, String(operation));
      }
      assert.equal(target.opened.length, ask === undefined ? operations.length : 6);
      for (const leftOver of ['x', 'back']) await files.remove(leftOver, { recursive: true });
    }
  });

  test(`${name}: a full disk is told, and leaves the old files as they were`, {
    skip: missing ?? false,
  }, async (context) => {
    const disk = await smallDisk(context);
    if (disk === undefined) return;
    const files = new ShellFiles(new LocalTarget({ ...options, cwd: disk }));
    await files.write('kept', 'old content');
    const large = Buffer.alloc(400 * 1024, 'x');
    await rejectsWith(files.write('new', large), 'DISK_FULL');
    await rejectsWith(files.write('kept', large), 'DISK_FULL');
    assert.equal(await files.readText('kept'), 'old content');
    await mkdir(join(disk, '../source'));
    await writeFile(join(disk, '../source/large'), large);
    await rejectsWith(files.upload(join(disk, '../source'), 'copy'), 'DISK_FULL');
    await rejectsWith(files.upload(join(disk, '../source'), '.'), 'DISK_FULL');
    assert.deepEqual(await readdir(disk), ['kept']);
    await rejectsWith(files.append('log', large), 'DISK_FULL');
    assert.ok((await stat(join(disk, 'log'))).size > 0, 'append keeps what was added');
  });

  test(`${name}: a tree goes into a mounted directory and out again`, { skip: missing ?? false }, async (context) => {
    const disk = await smallDisk(context);
    if (disk === undefined) return;
    const source = join(disk, '../source');
    await mkdir(join(source, 'sub/empty'), { recursive: true });
    await writeFile(join(source, 'sub/file'), 'text');
    const files = new ShellFiles(new LocalTarget({ ...options, cwd: disk }));
    await files.upload(source, '.');
    assert.deepEqual((await readdir(disk, { recursive: true })).sort(), ['sub', 'sub/empty', 'sub/file']);
    await files.download('.', join(disk, '../back'));
    assert.equal(await readFile(join(disk, '../back/sub/file'), 'utf8'), 'text');
  });
}

test('what programs say is typed, whichever library words it', () => {
  const say = (text: string) =>
    scriptError(text, { operation: 'read', path: '/p' }, 'there') as Error & { code: string };
  const expected: Readonly<Record<string, string>> = {
    'cat: /p: No such file or directory': 'FILE_NOT_FOUND',
    'sh: 1: cannot create /p/x: Directory nonexistent': 'FILE_NOT_FOUND',
    "sh: can't create /p/x: nonexistent directory": 'FILE_NOT_FOUND',
    "rm: can't remove '/p': Permission denied": 'PERMISSION_DENIED',
    'chmod: /p: Operation not permitted': 'PERMISSION_DENIED',
    'touch: /p: Read-only file system': 'PERMISSION_DENIED',
    "rmdir: '/p': Directory not empty": 'DIRECTORY_NOT_EMPTY',
    "dd: error writing 'standard output': No space left on device\n0+1 records out": 'DISK_FULL',
    'dd: writing: Quota exceeded': 'DISK_FULL',
    'hrm-rex: EISDIR /else\nwhere': 'IS_DIRECTORY',
    'a word nobody knows': 'FILE_ERROR',
  };
  for (const [text, code] of Object.entries(expected)) assert.equal(say(text).code, code, text);
  assert.match(say('a word nobody knows').message, /a word nobody knows/);
  assert.match(say('hrm-rex: EISDIR /else\nwhere').message, /\/else\nwhere/);
  assert.ok(!(say('stat: symbolic link loop') instanceof SystemError));
});

/** A file system of 256 KiB, or undefined where none can be mounted. */
async function smallDisk(context: TestContext): Promise<string | undefined> {
  const mounted: string[] = [];
  context.after(() => mounted.map((path) => spawnSync('umount', [path])));
  const disk = join(await scratch(context), 'disk');
  await mkdir(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status !== 0) {
    context.skip('needs the right to mount');
    return undefined;
  }
  mounted.push(disk);
  return disk;
}
