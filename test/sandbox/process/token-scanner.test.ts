import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeToken, TokenScanner } from '../../../src/sandbox/process/token-scanner.ts';

test('a token is found however the stream is cut, and nothing of the output is lost or changed', () => {
  const token = makeToken();
  const noise = fc.array(fc.oneof(fc.constantFrom(0x02, 0x03, 0x61), fc.constantFrom(...Buffer.from(token))), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(noise, noise, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (before, after, cuts) => {
      const stream = Buffer.concat([Buffer.from(before), Buffer.from(token, 'latin1'), Buffer.from(after)]);
      const first = stream.indexOf(Buffer.from(token, 'latin1'));
      const scanner = new TokenScanner(token);
      const passed: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const piece = stream.subarray(at, at + (cuts[turn % cuts.length] as number));
        at += piece.length;
        const scan = scanner.scan(piece);
        passed.push(scan.before);
        if (scan.after === undefined) continue;
        assert.deepEqual(Buffer.concat(passed), stream.subarray(0, first));
        assert.deepEqual(Buffer.concat([scan.after, stream.subarray(at)]), stream.subarray(first + token.length));
        return;
      }
      assert.fail('the token was not found');
    }),
  );
});

test('output that cannot belong to the token is passed on at once', () => {
  const scanner = new TokenScanner(makeToken());
  assert.equal(Buffer.from(scanner.scan(Buffer.from('>>> ')).before).toString(), '>>> ');
  assert.equal(scanner.scan(Buffer.from([0x61, 0x02])).before.length, 1);
  assert.deepEqual([...scanner.rest()], [0x02]);
  // No hexadecimal digit, so no second byte of any token.
  assert.deepEqual([...scanner.scan(Buffer.from('x')).before], [0x02, 0x78]);
});

test('tokens differ', () => {
  assert.equal(new Set(Array.from({ length: 1000 }, makeToken)).size, 1000);
});
