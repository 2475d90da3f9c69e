import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonFloat, pythonRepr } from '../../../src/sandbox/protocol/python-repr.ts';
import { python } from './python.ts';

const texts: readonly (readonly [text: string, repr: string])[] = [
  ['', "''"],
  ['echo hi', "'echo hi'"],
  ["it's", '"it\'s"'],
  ['say "hi"', '\'say "hi"\''],
  ['it\'s "both"', "'it\\'s \"both\"'"],
  ['back\\slash', "'back\\\\slash'"],
  ['a\nb\r\tc', "'a\\nb\\r\\tc'"],
  ['\x00\x07\x1b\x7f\x85', "'\\x00\\x07\\x1b\\x7f\\x85'"],
  ['\u00a0\u00ad\u200b\u2028\ufeff', "'\\xa0\\xad\\u200b\\u2028\\ufeff'"],
  ['häßlich 日本 🦖', "'häßlich 日本 🦖'"],
  ['\u{e0001}\u{10ffff}', "'\\U000e0001\\U0010ffff'"],
  ['half \ud83e', "'half \\ud83e'"],
];

test('quotes a text as Python does', () => {
  for (const [text, repr] of texts) assert.equal(pythonRepr(text), repr);
});

test('quotes a list as Python does', () => {
  assert.equal(pythonRepr([]), '[]');
  assert.equal(pythonRepr(['echo', "it's"]), "['echo', \"it's\"]");
});

test('writes floats as Python does', () => {
  const floats: readonly (readonly [value: number, repr: string])[] = [
    [5, '5.0'],
    [0.1, '0.1'],
    [0, '0.0'],
    [-0, '-0.0'],
    [1e-7, '1e-07'],
    [1.5e-10, '1.5e-10'],
    [0.0001, '0.0001'],
    [1e16, '1e+16'],
    [123456789012345, '123456789012345.0'],
    [1e100, '1e+100'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ];
  for (const [value, repr] of floats) assert.equal(pythonFloat(value), repr);
});

test('agrees with the Python of this machine on characters of all kinds', { skip: python === undefined }, () => {
  const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCodePoint(code));
  // What is unassigned to either side is left out: their versions of Unicode differ.
  const script = `
import json, sys, unicodedata
texts = json.load(sys.stdin)
print(json.dumps([None if unicodedata.category(text) == 'Cn' else repr(text) for text in texts]))`;
  const answers = JSON.parse(python?.(script, JSON.stringify(characters)) ?? '[]') as (string | null)[];
  const known = characters.map((text, index) => ({ text, repr: answers[index] })).filter(({ repr }) => repr !== null);
  assert.ok(known.length > 50_000);
  for (const { text, repr } of known) if (!/\p{Cn}/u.test(text)) assert.equal(pythonRepr(text), repr);
});
