import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../../src/sandbox/files/byte-reader.ts';
import { forEachAtOnce, mapAhead } from '../../../src/sandbox/files/concurrency.ts';
import { abortable, joinChunks } from '../../../src/sandbox/files/streams.ts';
import { gather, streamOf } from './scratch.ts';

const chunksOf = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 12 });

test('joining keeps every byte in order, in fewer chunks', async () => {
  const law = fc.asyncProperty(chunksOf, async (chunks) => {
    const sizes: number[] = [];
    async function* sized(): AsyncGenerator<Uint8Array> {
      for await (const chunk of joinChunks(streamOf(...chunks))) {
        sizes.push(chunk.length);
        yield chunk;
      }
    }
    assert.deepEqual(await gather(sized()), Buffer.concat(chunks));
    const together = sizes.slice(1).map((size, index) => size + (sizes[index] as number));
    assert.ok(
      together.every((size) => size > 65_536),
      `two neighbours would have fit into one: ${sizes}`,
    );
  });
  await fc.assert(law, { numRuns: 50 });
});

test('a byte reader gives the bytes in the sizes that are asked for', async () => {
  const law = fc.asyncProperty(
    chunksOf,
    fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 20 }),
    async (chunks, sizes) => {
      const all = Buffer.concat(chunks);
      const reader = new ByteReader(streamOf(...chunks));
      let at = 0;
      for (const size of sizes) {
        if (at + size > all.length) return assert.rejects(reader.take(size), /cut short/);
        assert.deepEqual(Buffer.from(await reader.take(size)), all.subarray(at, at + size));
        at += size;
      }
    },
  );
  await fc.assert(law, { numRuns: 50 });
});

test('an abort ends a wait at once and closes the source', async () => {
  const abort = new AbortController();
  let closed = false;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: async () => {
        closed = true;
        return { done: true as const, value: undefined };
      },
    }),
  };
  const reason = new Error('enough');
  const waiting = gather(abortable<Uint8Array>(source, abort.signal));
  abort.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(closed, true);
});

test('no more work at once than the limit, and none after a failure', async () => {
  let running = 0;
  let highest = 0;
  const started: number[] = [];
  const work = async (item: number): Promise<void> => {
    started.push(item);
    running += 1;
    highest = Math.max(highest, running);
    await new Promise(setImmediate);
    running -= 1;
    if (item === 5) throw new Error('fifth');
  };
  await assert.rejects(forEachAtOnce(streamOf(...Array(100).keys()), 4, work), /fifth/);
  assert.equal(highest, 4);
  assert.equal(running, 0, 'what was under way has ended');
  assert.ok(started.length < 20);
});

test('work that is to be alone is waited for before the next item', async () => {
  const log: string[] = [];
  const work = async (item: number): Promise<void> => {
    log.push(`start ${item}`);
    await new Promise(setImmediate);
    log.push(`end ${item}`);
  };
  await forEachAtOnce(streamOf(1, 2, 3), 8, work, { isAlone: (item) => item === 2 });
  assert.ok(log.indexOf('end 2') < log.indexOf('start 3'), log.join());
});

test('results come in the order of the items, whichever is ready first', async () => {
  const order: number[] = [];
  const load = async (item: number): Promise<number> => {
    for (let turns = 10 - item; turns > 0; turns--) await new Promise(setImmediate);
    return item;
  };
  for await (const result of mapAhead(streamOf(...Array(10).keys()), 4, load)) order.push(result);
  assert.deepEqual(order, [...Array(10).keys()]);
});
