import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DecodeErrors,
  decodeAscii,
  decodeFailureMessage,
  decodeUtf8,
} from '../../../src/sandbox/protocol/python-decode.ts';
import { python } from './python.ts';

function decode(bytes: readonly number[], errors: DecodeErrors): string {
  const decoded = decodeUtf8(Uint8Array.from(bytes), errors);
  if ('text' in decoded) return decoded.text;
  return decodeFailureMessage('utf-8', Uint8Array.from(bytes), decoded.failure);
}

test('names the first bad byte as Python does', () => {
  assert.equal(decode([0xff], 'strict'), "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte");
  assert.equal(
    decode([0x61, 0xe4, 0x61], 'strict'),
    "'utf-8' codec can't decode byte 0xe4 in position 1: invalid continuation byte",
  );
  assert.equal(
    decode([0xe4, 0xbd], 'strict'),
    "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data",
  );
});

test('shows bad bytes in the three lenient ways', () => {
  const bytes = [0x61, 0xff, 0xfe, 0x20, 0xc3, 0xa4];
  assert.equal(decode(bytes, 'backslashreplace'), 'a\\xff\\xfe ä');
  assert.equal(decode(bytes, 'ignore'), 'a ä');
  assert.equal(decode(bytes, 'replace'), 'a\ufffd\ufffd ä');
});

test('keeps a byte order mark', () => {
  assert.equal(decode([0xef, 0xbb, 0xbf, 0x61], 'strict'), '\ufeffa');
});

test('refuses what is no ASCII', () => {
  const bytes = Uint8Array.of(0x61, 0xe4);
  assert.deepEqual(decodeAscii(bytes, 'strict'), {
    failure: { start: 1, end: 2, reason: 'ordinal not in range(128)' },
  });
  assert.deepEqual(decodeAscii(bytes, 'backslashreplace'), { text: 'a\\xe4' });
});

test('decodes every text to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wellFormed = Buffer.from(text).toString();
      assert.deepEqual(decodeUtf8(Buffer.from(wellFormed), 'strict'), { text: wellFormed });
    }),
  );
});

test('agrees with the Python of this machine on arbitrary bytes', { skip: python === undefined }, () => {
  const byte = fc.oneof(fc.constantFrom(0x61, 0x80, 0xbf, 0xc2, 0xe0, 0xe4, 0xed, 0xf0, 0xf4, 0xff), fc.nat(255));
  const samples = fc.sample(fc.array(byte, { maxLength: 8 }), 3_000);
  const modes = ['strict', 'replace', 'ignore', 'backslashreplace'] as const;
  const script = `
import json, sys
def decode(data, errors):
    try:
        return bytes(data).decode('utf-8', errors)
    except UnicodeDecodeError as error:
        return str(error)
modes = ${JSON.stringify(modes)}
print(json.dumps([[decode(data, mode) for mode in modes] for data in json.load(sys.stdin)]))`;
  const expected = JSON.parse(python?.(script, JSON.stringify(samples)) ?? '[]');
  assert.deepEqual(
    samples.map((bytes) => modes.map((mode) => decode(bytes, mode))),
    expected,
  );
});
