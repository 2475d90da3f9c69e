import assert from 'node:assert/strict';
import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { deferred } from '../../../../src/core/deferred.ts';
import { ShellFiles } from '../../../../src/sandbox/target/files/shell-files.ts';
import { scratch } from '../../files/scratch.ts';
import { CountedTarget } from './counted-target.ts';
import { toolboxes } from './toolboxes.ts';

const mebibyte = 1024 * 1024;
const length = 200 * mebibyte;
const block = Buffer.from(Array.from({ length: mebibyte }, (_, index) => (index * 7) % 251));

for (const { name, missing, target: options } of toolboxes) {
  const skip = missing ?? false;

  test(`${name}: a slow reader of a large file is never far behind what was sent`, { skip }, async (context) => {
    const path = join(await scratch(context), 'large');
    await writeFile(path, '');
    await truncate(path, length);
    const target = new CountedTarget(options);
    let readBytes = 0;
    let mostHeld = 0;
    for await (const chunk of new ShellFiles(target).readStream(path)) {
      // Whatever could have arrived has: the script waits for leave, not for the pipe.
      if (readBytes % (16 * mebibyte) === 0) await settled(() => target.printedBytes);
      mostHeld = Math.max(mostHeld, target.printedBytes - readBytes);
      readBytes += chunk.length;
    }
    assert.equal(readBytes, length);
    assert.ok(mostHeld <= 10 * mebibyte, `${mostHeld} bytes were held`);
    assert.equal(target.opened.length, 1);
  });

  test(`${name}: a large stream is written as fast as it is taken, and no faster`, { skip }, async (context) => {
    const path = join(await scratch(context), 'large');
    const target = new CountedTarget(options);
    const held = deferred<void>();
    const reached = deferred<void>();
    target.onSent = () => {
      if (target.sentBytes < 20 * mebibyte) return;
      target.onSent = () => {};
      target.gate = held.promise;
      reached.resolve();
    };
    let madeBytes = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      while (madeBytes < length) {
        madeBytes += block.length;
        yield block;
      }
    }
    const writing = new ShellFiles(target).write(path, source());
    await reached.promise;
    await settled(() => madeBytes);
    assert.ok(madeBytes <= target.sentBytes + 2 * mebibyte, `${madeBytes - target.sentBytes} bytes were held`);
    held.resolve();
    await writing;
    assert.equal((await stat(path)).size, length);
    await using handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(mebibyte), 0, mebibyte, 150 * mebibyte);
    assert.ok(buffer.equals(block));
  });

  test(`${name}: two thousand files are carried there, over themselves, and back`, { skip }, async (context) => {
    const base = await scratch(context);
    const names = Array.from({ length: 2_000 }, (_, index) => `d${index % 20}/file${index}`);
    for (let index = 0; index < 20; index++) await mkdir(join(base, 'source', `d${index}`), { recursive: true });
    for (const file of names) await writeFile(join(base, 'source', file), file);
    const target = new CountedTarget(options);
    const files = new ShellFiles(target);
    const carried = { files: 2_000, directories: 21, links: 0, bytes: names.join('').length };
    assert.deepEqual(await files.upload(join(base, 'source'), join(base, 'far')), carried);
    assert.deepEqual(await files.upload(join(base, 'source'), join(base, 'far')), carried);
    assert.deepEqual(await files.download(join(base, 'far'), join(base, 'back')), carried);
    for (const file of names) assert.equal(await readFile(join(base, 'back', file), 'utf8'), file);
    assert.equal((await files.list(join(base, 'far'), { recursive: true })).length, 2_020);
    assert.equal(target.opened.length, 4);
  });
}

/** Waits until a number stays the same over many turns of the event loop. */
async function settled(value: () => number): Promise<void> {
  for (let same = 0, last = value(); same < 50; same = value() === last ? same + 1 : 0, last = value()) {
    await new Promise((turn) => setTimeout(turn, 1));
  }
}
