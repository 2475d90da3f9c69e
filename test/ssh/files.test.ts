import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SshTarget } from '../../src/sandbox/deployment/ssh/ssh-target.ts';
import type { FileSystem } from '../../src/sandbox/files/file-system.ts';
import { expectError, rejectionOf } from '../../src/testing/contract/expect-error.ts';
import { askOf } from '../sandbox/target/ask-of.ts';
import { direct } from './hosts.ts';

const run = promisify(execFile);

async function withFiles(use: (files: FileSystem, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-sftp-'));
  await chmod(directory, 0o777);
  const target = await SshTarget.connect(direct);
  try {
    await use(target.files(askOf(target)), directory);
  } finally {
    target.close();
    await rm(directory, { recursive: true });
  }
}

async function* blocks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(100_000, index % 256);
}

test('long streams arrive whole and in order, and ranges of them come back', async () => {
  await withFiles(async (files, directory) => {
    const path = join(directory, 'long');
    await files.write(path, blocks(300));
    await files.append(path, 'tail');
    const bytes = await files.readBytes(path);
    assert.equal(bytes.length, 30_000_004);
    for (let index = 0; index < 300; index++) assert.equal(bytes[index * 100_000 + 99_999], index % 256);
    assert.deepEqual([...(await files.readBytes(path, { start: 99_999, end: 100_001 }))], [0, 1]);
    assert.equal(await files.readText(path, { start: 30_000_000 }), 'tail');
    const pieces: number[] = [];
    for await (const piece of files.readStream(path)) pieces.push(piece.length);
    assert.ok(Math.max(...pieces) <= 64 * 1024);
  });
});

test('a write that is aborted or fails leaves the old file and nothing beside it', async () => {
  await withFiles(async (files, directory) => {
    const path = join(directory, 'file');
    await files.write(path, 'old');
    const controller = new AbortController();
    async function* aborting(): AsyncGenerator<Uint8Array> {
      yield* blocks(2);
      controller.abort(new Error('enough'));
      yield* blocks(2);
    }
    assert.match(String(await rejectionOf(files.write(path, aborting(), { signal: controller.signal }))), /enough/);
    assert.equal(await files.readText(path), 'old');
    assert.deepEqual(
      (await files.list(directory)).map(({ name }) => name),
      ['file'],
    );
  });
});

test('a full disk is told as such, and the old file stays', async () => {
  await withFiles(async (files, directory) => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', directory]);
    try {
      const path = join(directory, 'file');
      await files.write(path, 'old');
      await expectError(files.write(path, blocks(30)), 'DISK_FULL');
      assert.equal(await files.readText(path), 'old');
      assert.deepEqual(
        (await files.list(directory)).map(({ name }) => name),
        ['file'],
      );
    } finally {
      await run('umount', [directory]);
    }
  });
});
