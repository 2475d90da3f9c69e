import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PatternSearch } from '../../../src/sandbox/process/pattern-search.ts';

const bytes = (text: string) => Buffer.from(text);

test('finds a text that is cut between pieces, at its byte position', () => {
  const search = new PatternSearch(['>>> '], 100);
  assert.equal(search.feed(bytes('é >>')), undefined);
  assert.deepEqual(search.feed(bytes('> rest')), { index: 0, text: '>>> ', groups: [], start: 103, end: 107 });
});

test('the leftmost of several patterns wins, with its groups', () => {
  const found = new PatternSearch(['later', /port (\d+)/]).feed(bytes('on port 8080, later'));
  assert.deepEqual(found, { index: 1, text: 'port 8080', groups: ['8080'], start: 3, end: 12 });
});

test('a text is literal, and a RegExp keeps no state between searches', () => {
  assert.equal(new PatternSearch(['a.c']).feed(bytes('abc')), undefined);
  const pattern = /x/g;
  pattern.lastIndex = 5;
  assert.equal(new PatternSearch([pattern]).feed(bytes('x'))?.start, 0);
});

test('positions are right after bytes that are no UTF-8', () => {
  const found = new PatternSearch([/b+/]).feed(Buffer.from([0xff, 0xfe, 0x61, 0x62, 0x62]));
  assert.deepEqual([found?.start, found?.end], [3, 5]);
});

test('whatever the pieces, a text is found where it first is', () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), maxLength: 9 }), { maxLength: 30 });
  fc.assert(
    fc.property(
      pieces,
      fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }),
      (parts, wanted) => {
        const search = new PatternSearch([wanted]);
        let found: ReturnType<PatternSearch['feed']>;
        for (const part of parts) {
          found = search.feed(bytes(part));
          if (found) break;
        }
        const at = bytes(parts.join('')).indexOf(bytes(wanted));
        assert.equal(found?.start ?? -1, at);
      },
    ),
  );
});

test('a long stream is searched with bounded memory, and matches near its end are found', () => {
  const search = new PatternSearch(['needle']);
  const line = bytes(`${'hay '.repeat(1000)}\n`);
  for (let count = 0; count < 2000; count++) assert.equal(search.feed(line), undefined);
  assert.equal(search.feed(bytes('nee')), undefined);
  assert.equal(search.feed(bytes('dle'))?.start, 2000 * line.length);
});
