import assert from 'node:assert/strict';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packTree } from '../../../src/sandbox/files/archive.ts';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { scratch } from './scratch.ts';

const gibibyte = 1024 ** 3;
const allowedBytes = 150 * 1024 ** 2;

/** Most memory that the process has while it loops over chunks, above what it had before, and the bytes that came. */
async function drain(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: number; grownBytes: number }> {
  const before = process.memoryUsage.rss();
  let bytes = 0;
  let highest = before;
  let count = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (count++ % 256 === 0) highest = Math.max(highest, process.memoryUsage.rss());
  }
  return { bytes, grownBytes: highest - before };
}

test('1 GiB is packed in constant memory', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'tree'));
  await using handle = await open(join(base, 'tree/huge'), 'w');
  await handle.truncate(gibibyte);
  const packed = await drain(packTree(join(base, 'tree')));
  assert.ok(packed.bytes > gibibyte);
  assert.ok(packed.grownBytes < allowedBytes, `packing took ${packed.grownBytes} bytes`);
});

test('a long stream is written in constant memory', async (context) => {
  const path = join(await scratch(context), 'huge');
  const before = process.memoryUsage.rss();
  let highest = before;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 1500; count++) {
      yield Buffer.alloc(65_536, count);
      highest = Math.max(highest, process.memoryUsage.rss());
    }
  }
  await new LocalFileSystem().write(path, endless());
  assert.equal((await stat(path)).size, 1500 * 65_536);
  assert.ok(highest - before < allowedBytes / 2, `writing took ${highest - before} bytes`);
});
