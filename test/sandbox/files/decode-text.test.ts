import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../src/core/errors.ts';
import { decodeText } from '../../../src/sandbox/files/decode-text.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

test('all text survives UTF-8, whatever the mode', () => {
  const modes = fc.constantFrom('strict', 'replace', 'ignore', 'backslashreplace', undefined);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), modes, (text, errors) => {
      assert.equal(decodeText(Buffer.from(text), errors === undefined ? {} : { errors }), Buffer.from(text).toString());
    }),
  );
});

test('the first bad byte is named, counted from the start of the file', () => {
  const failure = failureOf(() => decodeText(bytes(97, 0xc3, 0xa4, 0xe2, 0x82), { path: 'f', offset: 100 }));
  assert.deepEqual(failure.context, { path: 'f', operation: 'read', encoding: 'utf-8', position: 103 });
  assert.equal(failureOf(() => decodeText(bytes(65, 0x81, 66), { encoding: 'ascii' })).context.position, 1);
  assert.equal(
    failureOf(() => decodeText(bytes(0x41, 0x82, 0xa0, 0x82), { encoding: 'shift_jis' })).context.position,
    3,
  );
  const long = Buffer.concat([Buffer.alloc(3001, 'あ'), Buffer.from([0xff])]);
  assert.equal(
    failureOf(() => decodeText(Buffer.concat([Buffer.alloc(1000, 0x41), bytes(0xff)]), { encoding: 'euc-jp' })).context
      .position,
    1000,
  );
  assert.equal(failureOf(() => decodeText(long)).context.position, 3000);
  assert.equal(
    failureOf(() => decodeText(bytes(0xff, 0xfe, 0x3d, 0xd8, 0x41, 0), { encoding: 'utf-16' })).context.position,
    2,
  );
});

test('the error modes are those of Python', () => {
  const bad = bytes(97, 0xff, 0xe2, 0x82, 98, 0xf0, 0x9f);
  assert.equal(decodeText(bad, { errors: 'replace' }), 'a\ufffd\ufffdb\ufffd');
  assert.equal(decodeText(bad, { errors: 'ignore' }), 'ab');
  assert.equal(decodeText(bad, { errors: 'backslashreplace' }), 'a\\xff\\xe2\\x82b\\xf0\\x9f');
  assert.throws(() => decodeText(bad, { errors: 'surrogateescape' as never }), { code: 'INVALID_ARGUMENT' });
  assert.equal(
    decodeText(bytes(0x41, 0xff, 0x82, 0xa0, 0x82), { encoding: 'shift_jis', errors: 'backslashreplace' }),
    'A\\xffあ\\x82',
  );
  assert.equal(decodeText(bytes(0x41, 0xff, 0x42), { encoding: 'ascii', errors: 'replace' }), 'A\ufffdB');
});

test('any bytes decode as Python decodes them', { skip: !hasPython && 'needs python3' }, () => {
  const errors = fc.constantFrom('replace', 'ignore', 'backslashreplace');
  const encoding = fc.constantFrom('utf8', 'ascii', 'latin-1', 'utf-8-sig');
  const likely = fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0x80,
    0xbf,
    0xc0,
    0xc2,
    0xdf,
    0xe0,
    0xa0,
    0xed,
    0x9f,
    0xef,
    0xbb,
    0xbf,
    0xf0,
    0x90,
    0xf4,
    0x8f,
    0xf5,
    0xff,
  );
  const some = fc.array(fc.oneof(likely, fc.integer({ min: 0, max: 255 })), { maxLength: 12 });
  const samples = fc.sample(fc.tuple(some, encoding, errors), 600);
  const script = 'import sys,json\nprint(json.dumps([bytes(b).decode(e,m) for b,e,m in json.load(sys.stdin)]))';
  const { stdout } = spawnSync('python3', ['-c', script], { input: JSON.stringify(samples), encoding: 'utf8' });
  const expected: string[] = JSON.parse(stdout);
  for (const [index, [values, name, mode]] of samples.entries()) {
    const actual = decodeText(bytes(...values), { encoding: name, errors: mode as 'replace' });
    assert.equal(actual, expected[index], JSON.stringify([values, name, mode]));
  }
});

test('names of Python and of the Encoding Standard are known, whatever their case', () => {
  for (const name of ['utf8', 'UTF-8', 'utf_8', 'U8', ' utf-8 '])
    assert.equal(decodeText(bytes(0xc3, 0xa4), { encoding: name }), 'ä');
  for (const name of ['latin-1', 'latin1', 'ISO-8859-1', 'iso8859_1', 'L1'])
    assert.equal(decodeText(bytes(0x80, 0xe4), { encoding: name }), '\u0080ä');
  for (const name of ['windows-1252', 'cp1252']) assert.equal(decodeText(bytes(0x80, 0xe4), { encoding: name }), '€ä');
  for (const name of ['shift_jis', 'sjis', 'cp932', 'Shift-JIS'])
    assert.equal(decodeText(bytes(0x82, 0xa0), { encoding: name }), 'あ');
  for (const name of ['ascii', 'us-ascii', 'US_ASCII']) assert.equal(decodeText(bytes(0x41), { encoding: name }), 'A');
  for (const name of ['gbk', 'euc-kr', 'euc_jp', 'koi8-r', 'big5', 'cp1251', 'mac-roman', 'ks_c_5601-1987'])
    assert.equal(decodeText(bytes(0x41), { encoding: name }), 'A');
  assert.throws(() => decodeText(bytes(), { encoding: 'klingon' }), { code: 'INVALID_ARGUMENT' });
});

test('a byte order mark stays, but for the names that take it off', () => {
  assert.equal(decodeText(bytes(0xef, 0xbb, 0xbf, 0x41)), '\ufeffA');
  assert.equal(decodeText(bytes(0xef, 0xbb, 0xbf, 0x41), { encoding: 'utf-8-sig' }), 'A');
  assert.equal(decodeText(bytes(0x41), { encoding: 'utf-8-sig' }), 'A');
  assert.equal(decodeText(bytes(0xff, 0xfe, 0x41, 0), { encoding: 'utf-16' }), 'A');
  assert.equal(decodeText(bytes(0xfe, 0xff, 0, 0x41), { encoding: 'utf_16' }), 'A');
  assert.equal(decodeText(bytes(0x41, 0), { encoding: 'utf-16' }), 'A');
  assert.equal(decodeText(bytes(0xff, 0xfe, 0x41, 0), { encoding: 'utf-16le' }), '\ufeffA');
  assert.equal(decodeText(bytes(0, 0x41), { encoding: 'utf_16_be' }), 'A');
});

function failureOf(action: () => unknown): RexError<'FILE_NOT_TEXT'> {
  try {
    action();
  } catch (error) {
    if (RexError.is(error, 'FILE_NOT_TEXT')) return error;
  }
  return assert.fail('expected FILE_NOT_TEXT');
}
