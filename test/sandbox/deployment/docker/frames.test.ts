import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameReader } from '../../../../src/sandbox/deployment/docker/stream/frames.ts';

type Frame = readonly [stream: 'stdout' | 'stderr', data: Uint8Array];

function encode([stream, data]: Frame): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === 'stderr' ? 2 : 1;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

/** What a reader passes on, neighbours of one stream joined. */
function read(chunks: readonly Uint8Array[]): [string, string][] {
  const reader = new FrameReader();
  const found: [string, string][] = [];
  for (const chunk of chunks) {
    reader.read(chunk, (stream, data) => {
      const hex = Buffer.from(data).toString('hex');
      const last = found.at(-1);
      if (last?.[0] === stream) last[1] += hex;
      else if (hex !== '') found.push([stream, hex]);
    });
  }
  return found;
}

const frames = fc.array(
  fc.tuple(fc.constantFrom('stdout' as const, 'stderr' as const), fc.uint8Array({ maxLength: 40 })),
  {
    maxLength: 20,
  },
);

test('frames are taken apart the same, wherever the chunks are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, lengths) => {
      const bytes = Buffer.concat(sent.map(encode));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = lengths[turn % lengths.length] as number;
        chunks.push(bytes.subarray(at, at + length));
        at += length;
      }
      assert.deepEqual(read(chunks), read([bytes]));
      const joined = (stream: string) =>
        read(chunks)
          .flatMap(([from, hex]) => (from === stream ? hex : []))
          .join('');
      for (const stream of ['stdout', 'stderr']) {
        const expected = sent.filter(([from]) => from === stream).map(([, data]) => Buffer.from(data).toString('hex'));
        assert.equal(joined(stream), expected.join(''));
      }
    }),
  );
});

test('content is passed on before its frame is whole', () => {
  const reader = new FrameReader();
  const found: string[] = [];
  const whole = encode(['stderr', Buffer.from('hello')]);
  reader.read(whole.subarray(0, 10), (stream, data) => found.push(`${stream} ${Buffer.from(data)}`));
  assert.deepEqual(found, ['stderr he']);
});
