import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../src/core/errors.ts';
import { fromPythonPattern } from '../../../src/sandbox/protocol/python-pattern.ts';
import { toPythonPattern } from '../../../src/sandbox/protocol/to-python-pattern.ts';
import { python } from './python.ts';

const cases: readonly (readonly [pattern: string, text: string])[] = [
  ['>>> ', 'Python 3.11\n>>> '],
  ['[0-9]+c', 'ab123c'],
  ['\\(gdb\\) ', '(gdb) '],
  ['(?P<word>\\w+) (?P=word)', 'the the'],
  ['(a|b)\\1', 'xabb'],
  ['a.b', 'a\nb'],
  ['[]a-]+', 'x]-a]'],
  ['[^]x]+', 'x]yz'],
  ['x{,2}y', 'xxxy'],
  ['{literal}', 'a {literal} b'],
  ['a{2', 'a{2'],
  ['end$', 'the end\n'],
  ['end\\Z', 'the end\n'],
  ['(?m)^b$', 'a\nb\nc'],
  ['\\Ab', 'a\nb'],
  ['(?i)PASSWORD:', 'password:'],
  ['(?#comment)a', 'ba'],
  ['\\x41\\u0042\\103', 'ABC'],
  ['[\\w.-]+@\\w+', 'mail: jürgen.k@host'],
  ['[\\]\\-\\\\]+', 'a]-\\b'],
  ['\\d+\\s\\S\\D', '42 ab'],
  ['(?<=a)b(?!c)', 'abc abd'],
  ['\\.\\*\\/', '.*/'],
  ['[/{}|()]+', 'x{}/'],
  ['a+?b', 'aab'],
  ['\\$ ', 'user@host:~$ '],
  ['🦖+', '🦖🦖'],
  ['[🦀-🦖]', 'x🦎'],
];

function search(pattern: string, text: string): readonly [number, number] | null {
  const match = fromPythonPattern(pattern).exec(text);
  if (match === null) return null;
  const start = [...text.slice(0, match.index)].length;
  return [start, start + [...match[0]].length];
}

test('finds what Python finds', { skip: python === undefined }, () => {
  const script = `
import json, re, sys
def search(pattern, text):
    found = re.compile(pattern, re.DOTALL).search(text)
    return None if found is None else list(found.span())
print(json.dumps([search(pattern, text) for pattern, text in json.load(sys.stdin)]))`;
  const expected = JSON.parse(python?.(script, JSON.stringify(cases)) ?? '[]');
  assert.deepEqual(
    cases.map(([pattern, text]) => [pattern, search(pattern, text)]),
    cases.map(([pattern], index) => [pattern, expected[index]]),
  );
});

test('finds the patterns of everyday prompts', () => {
  assert.deepEqual(search('>>> ', 'Python 3.11\n>>> '), [12, 16]);
  assert.deepEqual(search('[0-9]+c', 'ab123c'), [2, 6]);
  assert.deepEqual(search('(?P<word>\\w+) (?P=word)', 'the the'), [0, 7]);
});

test('refuses what Python refuses, with the reason', () => {
  for (const pattern of ['[a', '(', ')', '\\', '\\q', '(?P<a', '*a', 'a**']) {
    assert.throws(
      () => fromPythonPattern(pattern),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === 'expect',
      pattern,
    );
  }
});

test('writes texts and RegExps for Python', () => {
  const sets = 'v';
  assert.equal(toPythonPattern('a.b (c)'), 'a\\.b \\(c\\)');
  assert.equal(toPythonPattern(/a.b$/), 'a[^\\n]b\\Z');
  assert.equal(toPythonPattern(/a.b/s), 'a.b');
  assert.equal(toPythonPattern(/(?<n>x)\k<n>/i), '(?i)(?P<n>x)(?P=n)');
  assert.equal(toPythonPattern(/[.$]\u{1f996}/u), '[.$]\\U0001f996');
  assert.throws(
    () => toPythonPattern(new RegExp('a', sets)),
    (error) => RexError.is(error, 'UNSUPPORTED'),
  );
});

test('a literal text on its way to Python and back still finds exactly itself', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
      const match = fromPythonPattern(toPythonPattern(text)).exec(`<${text}>`);
      assert.equal(match?.[0], text);
    }),
  );
});
