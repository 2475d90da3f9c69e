import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ByteLog } from '../../../src/sandbox/process/byte-log.ts';
import { outputText } from '../../../src/sandbox/process/output-text.ts';
import type { OutputStream } from '../../../src/sandbox/process/process-handle.ts';

interface Piece {
  readonly stream: OutputStream;
  readonly data: Uint8Array;
}

/** Text in all scripts, bytes that are no text, and long runs, cut anywhere. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Uint8Array.from(Buffer.from(text))),
  fc.tuple(fc.nat(255), fc.nat(20_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
);

const stream = fc.constantFrom<OutputStream>('stdout', 'stderr');
const pieces: fc.Arbitrary<Piece[]> = fc.array(fc.record({ stream, data }), { maxLength: 30 });

function concat(parts: readonly Piece[], only?: OutputStream): Buffer {
  return Buffer.concat(parts.filter((piece) => only === undefined || piece.stream === only).map((piece) => piece.data));
}

function logOf(parts: readonly Piece[], maxBytes: number): ByteLog {
  const log = new ByteLog(maxBytes);
  for (const piece of parts) log.append(piece.stream, Uint8Array.from(piece.data));
  log.close();
  return log;
}

/** The same bytes, cut at other places. */
function recut(all: Buffer, cuts: readonly number[]): Piece[] {
  const at = [...new Set(cuts.map((cut) => cut % (all.length + 1)))].sort((one, other) => one - other);
  const edges = [0, ...at, all.length];
  return edges.slice(1).map((end, index) => ({ stream: 'stdout', data: all.subarray(edges[index], end) }));
}

test('text is that of all bytes together, whatever the chunks', () => {
  fc.assert(
    fc.property(data, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
      const all = Buffer.from(bytes);
      const { stdout, output, stderr, outputBytes, truncated } = outputText(logOf(recut(all, cuts), 1_000_000));
      assert.equal(stdout, all.toString('utf8'));
      assert.deepEqual(
        { output, stderr, outputBytes, truncated },
        { output: stdout, stderr: '', outputBytes: all.length, truncated: false },
      );
    }),
    { numRuns: 500 },
  );
});

test('each stream is that of its own bytes together', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = outputText(logOf(parts, 10_000_000));
      assert.equal(text.stdout, concat(parts, 'stdout').toString('utf8'));
      assert.equal(text.stderr, concat(parts, 'stderr').toString('utf8'));
      assert.equal(text.output, concat(parts).toString('utf8'));
    }),
    { numRuns: 300 },
  );
});

test('what is kept is the head and the tail, and the gap is the rest', () => {
  fc.assert(
    fc.property(pieces, fc.nat(5_000), (parts, maxBytes) => {
      const all = concat(parts);
      const log = logOf(parts, maxBytes);
      const kept: Buffer[] = [];
      let cursor = 0;
      let gaps = 0;
      for (const chunk of log.chunks()) {
        if (chunk.type === 'gap') {
          assert.equal(chunk.from, cursor);
          assert.equal(chunk.from, Math.ceil(maxBytes / 2));
          cursor = chunk.to;
          gaps++;
          continue;
        }
        assert.equal(chunk.cursor, cursor);
        assert.ok(all.subarray(cursor, cursor + chunk.data.length).equals(chunk.data));
        kept.push(Buffer.from(chunk.data));
        cursor += chunk.data.length;
      }
      assert.equal(cursor, all.length);
      assert.equal(log.end, all.length);
      assert.equal(gaps, all.length > maxBytes ? 1 : 0);
      assert.equal(Buffer.concat(kept).length, Math.min(all.length, maxBytes));
    }),
    { numRuns: 300 },
  );
});

test('a reader that starts anywhere sees the same as one from the start', () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 0, max: 5_000 }), fc.nat(20_000), (parts, maxBytes, after) => {
      const log = logOf(parts, maxBytes);
      const read = (from: number): Map<number, number> => {
        const bytes = new Map<number, number>();
        for (const chunk of log.chunks(from)) {
          if (chunk.type === 'output')
            for (const [index, byte] of chunk.data.entries()) bytes.set(chunk.cursor + index, byte);
          else assert.ok(chunk.from >= Math.min(from, chunk.to));
        }
        return bytes;
      };
      const expected = new Map([...read(0)].filter(([cursor]) => cursor >= after));
      assert.deepEqual(read(after), expected);
    }),
    { numRuns: 100 },
  );
});

test('a reader that follows sees every byte once, however it and the writer take turns', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.boolean(), { maxLength: 30 }), async (parts, pauses) => {
      const log = new ByteLog(10_000_000);
      const reading = (async () => {
        const seen: Uint8Array[] = [];
        for await (const chunk of log.read()) {
          assert.equal(chunk.type, 'output');
          if (chunk.type === 'output') seen.push(Uint8Array.from(chunk.data));
        }
        return Buffer.concat(seen);
      })();
      for (const [index, piece] of parts.entries()) {
        log.append(piece.stream, Uint8Array.from(piece.data));
        if (pauses[index]) await new Promise(setImmediate);
      }
      log.close();
      assert.ok((await reading).equals(concat(parts)));
    }),
    { numRuns: 100 },
  );
});

test('a chunk that was handed out never changes', () => {
  fc.assert(
    fc.property(pieces, pieces, (first, second) => {
      const log = new ByteLog(1_000);
      for (const piece of first) log.append(piece.stream, Uint8Array.from(piece.data));
      const handed = [...log.chunks()].flatMap((chunk) => (chunk.type === 'output' ? [chunk.data] : []));
      const copies = handed.map((chunk) => Buffer.from(chunk));
      for (const piece of second) log.append(piece.stream, Uint8Array.from(piece.data));
      assert.ok(handed.every((chunk, index) => copies[index]?.equals(chunk)));
    }),
    { numRuns: 100 },
  );
});
