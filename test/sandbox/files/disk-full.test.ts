import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packTree, unpackTree } from '../../../src/sandbox/files/archive.ts';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { rejectsWith, scratch, streamOf } from './scratch.ts';

/** A file system of 256 KiB, or undefined where none can be mounted. */
async function smallDisk(context: TestContext): Promise<string | undefined> {
  const mounted: string[] = [];
  // Hooks run in the order they are set: the disk goes before the directory that it is in.
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

test('a full disk is told, and leaves the old files as they were', async (context) => {
  const disk = await smallDisk(context);
  if (disk === undefined) return;
  const files = new LocalFileSystem({ cwd: disk });
  await files.write('kept', 'old content');
  const large = Buffer.alloc(400 * 1024, 'x');
  await rejectsWith(files.write('new', large), 'DISK_FULL');
  await rejectsWith(files.write('kept', streamOf(large.subarray(0, 1000), large)), 'DISK_FULL');
  assert.equal(await files.readText('kept'), 'old content');
  assert.deepEqual(await readdir(disk), ['kept']);
  await rejectsWith(files.append('log', large), 'DISK_FULL');
  assert.ok((await stat(join(disk, 'log'))).size > 0, 'append keeps what was added');
});

test('a transfer onto a full disk is told and leaves no half file', async (context) => {
  const disk = await smallDisk(context);
  if (disk === undefined) return;
  const source = join(disk, '../source');
  await mkdir(source);
  await writeFile(join(source, 'large'), Buffer.alloc(400 * 1024, 'x'));
  const error = await rejectsWith(new LocalFileSystem().upload(source, join(disk, 'copy')), 'DISK_FULL');
  assert.equal(error.context.path, join(disk, 'copy/large'));
  await rejectsWith(unpackTree(packTree(source), join(disk, 'unpacked')), 'DISK_FULL');
  assert.deepEqual([await readdir(join(disk, 'copy')), await readdir(join(disk, 'unpacked'))], [[], []]);
  assert.equal((await readFile(join(source, 'large'))).length, 400 * 1024);
});
