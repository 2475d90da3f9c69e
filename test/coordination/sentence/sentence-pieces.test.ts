import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SentencePiece, SentencePieces } from '../../../src/coordination/sentence/sentence-pieces.ts';

const reserved = Array.from({ length: 6 }, (_, index): SentencePiece => [`<${index}>`, 0]);
const vocabulary: readonly SentencePiece[] = [
  ...reserved,
  ['▁', -2], // 6
  ['▁fix', -3], // 7
  ['▁f', -4], // 8
  ['ix', -4], // 9
  ['es', -3], // 10
  ['e', -5], // 11
  ['s', -2], // 12
  ['▁fixes', -9], // 13
];

test('a text becomes the pieces whose scores sum highest, not the longest ones', () => {
  const pieces = new SentencePieces(vocabulary);
  assert.deepEqual(pieces.encode('fix'), [7]);
  assert.deepEqual(pieces.encode('fixes'), [7, 10], '-6 beats the whole word at -9');
  assert.deepEqual(pieces.encode('fix  fixes\n'), [7, 7, 10], 'blanks count once, none at the ends');
});

test('unknown characters in a row count once, and reserved pieces are never found', () => {
  const pieces = new SentencePieces(vocabulary);
  assert.deepEqual(pieces.encode('fix日本s'), [7, 0, 12]);
  assert.ok(!pieces.encode('<3>').includes(3));
  assert.deepEqual(pieces.encode('ﬁx'), [7], 'one sign for two letters is the two letters');
});

test('nothing has no pieces, and no more are given than asked for', () => {
  const pieces = new SentencePieces(vocabulary);
  assert.deepEqual(pieces.encode(' \n\t '), []);
  assert.deepEqual(pieces.encode('fix '.repeat(9), 3), [7, 7, 7]);
});
