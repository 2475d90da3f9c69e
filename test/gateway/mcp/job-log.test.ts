import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { JobLog } from '../../../src/gateway/mcp/state/job-log.ts';
import { wholeCharacters } from '../../../src/gateway/mcp/tools/whole-characters.ts';

const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-log-'));
after(() => rm(folder, { recursive: true }));
let count = 0;
const path = () => join(folder, `${++count}.log`);

test('the first and the last half are kept, and every byte has its place', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60 })),
      fc.integer({ min: 2, max: 100 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 50 }),
      (sizes, maxBytes, memoryBytes, limit) => {
        const log = new JobLog(path, maxBytes, memoryBytes);
        const all: number[] = [];
        for (const size of sizes) {
          const piece = Array.from({ length: size }, (_, index) => (all.length + index) % 251);
          all.push(...piece);
          log.append(Uint8Array.from(piece));
        }
        assert.equal(log.total, all.length);
        const head = Math.ceil(maxBytes / 2);
        const tail = all.length - Math.max(1, maxBytes - head);
        const seen: number[] = [];
        for (let offset = 0; offset < log.total; ) {
          const part = log.read(offset, limit);
          assert.ok(part.next > offset);
          assert.deepEqual([...part.data], all.slice(part.offset, part.offset + part.data.length));
          for (let index = 0; index < part.data.length; index++) seen.push(part.offset + index);
          offset = part.next;
        }
        assert.deepEqual(
          seen,
          all.map((_, index) => index).filter((index) => index < head || index >= tail),
        );
        log.dispose();
      },
    ),
  );
});

test('a small log needs no file, and a large one leaves none', async () => {
  const before = await readdir(folder);
  const log = new JobLog(path, 1_000_000, 100);
  log.append(Buffer.from('small'));
  assert.deepEqual(await readdir(folder), before);
  log.append(Buffer.alloc(200, 'x'));
  const file = join(folder, `${count}.log`);
  assert.equal(existsSync(file), true);
  assert.equal(log.read(-3, 10).data.toString(), 'xxx');
  log.dispose();
  assert.equal(existsSync(file), false);
});

test('a text that is read in parts loses no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 9 }), (text, limit) => {
      const data = Buffer.from(text);
      let read = '';
      for (let offset = 0; offset < data.length; ) {
        const last = offset + limit >= data.length;
        const part = wholeCharacters(data.subarray(offset, offset + limit), { first: offset === 0, last });
        read += part.text;
        offset += part.end;
      }
      assert.equal(read, text);
    }),
  );
});
