import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { globMatcher } from '../../../src/agents/toolbox/glob.ts';
import { readLines } from '../../../src/agents/toolbox/read-lines.ts';
import { replaceInFile, replaceText } from '../../../src/agents/toolbox/replace-in-file.ts';
import { findFiles, searchFiles } from '../../../src/agents/toolbox/search-files.ts';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError, expectThrown } from '../../../src/testing/contract/expect-error.ts';

const root = await mkdtemp(join(tmpdir(), 'hrm-rex-toolbox-'));
const local = new LocalRuntime({ cwd: root });
after(async () => {
  await local.close();
  await rm(root, { recursive: true });
});

/** A runtime with these files. */
async function withFiles(files: Readonly<Record<string, string>>): Promise<DummyRuntime> {
  const runtime = new DummyRuntime();
  for (const [path, text] of Object.entries(files)) await runtime.files.write(path, text);
  return runtime;
}

const word = fc.constantFrom('a', 'b', 'ab', ' ', 'ä', '$&', '\\', '.', '\r', '*');
const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));

test('an edit replaces exactly what a split and a join replace, and refuses what is not there once', () => {
  fc.assert(
    fc.property(
      text,
      line.filter((part) => part !== ''),
      line,
      fc.boolean(),
      (whole, oldText, newText, all) => {
        fc.pre(oldText !== newText);
        const parts = whole.split(oldText);
        const edit = () => replaceText(whole, { oldText, newText, all }, 'file');
        if (parts.length === 1) {
          assert.equal(expectThrown(edit, 'EDIT_REFUSED').context.problem, 'not-found');
        } else if (parts.length > 2 && !all) {
          const { problem, lines } = expectThrown(edit, 'EDIT_REFUSED').context;
          assert.deepEqual([problem, lines.length], ['not-unique', parts.length - 1]);
          for (const number of lines) assert.ok(whole.split('\n').length >= number);
        } else {
          const result = edit();
          assert.equal(result.text, parts.join(newText));
          const lineOf = (index: number) =>
            parts
              .slice(0, index + 1)
              .join(newText)
              .split('\n').length;
          assert.deepEqual(
            result.lines,
            parts.slice(1).map((_, index) => lineOf(index)),
          );
        }
      },
    ),
  );
});

test('a search finds the lines that a simple model finds, and keeps its limits', async () => {
  const files = fc.dictionary(fc.constantFrom('a.ts', 'b/c.ts', 'b/d.py', 'node_modules/x.ts'), text);
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.constantFrom('a', 'ab', '.', '$&', 'ä'),
      fc.integer({ min: 1, max: 5 }),
      async (given, pattern, maxMatches) => {
        const runtime = await withFiles({ ...given, 'b/none': '' });
        const model = Object.entries(given)
          .filter(([path]) => path.endsWith('.ts') && !path.startsWith('node_modules'))
          .sort(([first], [second]) => (first < second ? -1 : 1))
          .flatMap(([path, whole]) =>
            whole
              .split(/\r?\n/)
              .flatMap((part, index) => (part.includes(pattern) ? [{ path, line: index + 1, text: part }] : [])),
          );
        const result = await searchFiles(runtime, { pattern, include: ['*.ts'], maxMatches });
        assert.deepEqual(
          result.matches.map(({ path, line: number, text: shown }) => ({ path, line: number, text: shown })),
          model.slice(0, maxMatches),
        );
        assert.equal(result.complete, model.length <= maxMatches);
        await runtime.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a search shows lines around a match, skips binary files, and cannot be hung by a pattern', async () => {
  const runtime = await withFiles({
    'a.txt': 'one\ntwo\nthree\nfour\n',
    'b.bin': 'two\0',
    'evil.txt': `${'a'.repeat(50)}b\n`,
  });
  const { matches, filesSkipped } = await searchFiles(runtime, {
    pattern: 'T[WH]',
    regex: true,
    ignoreCase: true,
    contextLines: 1,
  });
  assert.equal(filesSkipped, 1);
  assert.deepEqual(matches, [
    { path: 'a.txt', line: 2, text: 'two', before: ['one'], after: ['three'] },
    { path: 'a.txt', line: 3, text: 'three', before: ['two'], after: ['four'] },
  ]);
  await expectError(searchFiles(runtime, { pattern: '(a+)+$', regex: true, maxMatchMs: 50 }), 'LIMIT_EXCEEDED');
  await expectError(searchFiles(runtime, { pattern: '(', regex: true }), 'INVALID_ARGUMENT');
  await expectError(searchFiles(runtime, { pattern: 'x', path: 'nowhere' }), 'FILE_NOT_FOUND');
  assert.deepEqual((await findFiles(runtime, { include: ['*.{txt,md}'] })).paths, ['a.txt', 'evil.txt']);
  assert.deepEqual(await findFiles(runtime, { maxFiles: 2 }), { paths: ['a.txt', 'b.bin'], complete: false });
});

test('globs mean what they mean in shells and ignore files', () => {
  const cases: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
    ['*.ts', ['a.ts', 'b/c.ts'], ['a.tsx', 'ats']],
    ['src/**', ['src/a', 'src/b/c'], ['a', 'xsrc/a']],
    ['src/**/*.py', ['src/a.py', 'src/b/c/d.py'], ['a.py', 'src/a.ts']],
    ['./src/?.ts', ['src/a.ts'], ['src/ab.ts', 'src//.ts']],
    ['*.[jt]s', ['a.js', 'a.ts'], ['a.cs']],
    ['[!a]*', ['b'], ['a', 'ab']],
    ['{a,b}.{c,d}', ['a.c', 'x/b.d'], ['a.e', '{a,b}.c']],
    ['a+(b).$x', ['a+(b).$x'], ['aab.x']],
    ['**/test/*', ['test/a', 'x/y/test/a'], ['test', 'x/test/a/b']],
  ];
  for (const [pattern, matching, other] of cases) {
    const matches = globMatcher([pattern]);
    for (const path of matching) assert.ok(matches(path), `${pattern} matches ${path}`);
    for (const path of other) assert.ok(!matches(path), `${pattern} does not match ${path}`);
  }
});

test('an edit tells what is near, keeps line ends, mode and marks at the start', async () => {
  await local.files.write('crlf.txt', '\ufeffone\r\ntwo\r\n', { mode: 0o754 });
  const { lines } = await replaceInFile(local, 'crlf.txt', { oldText: 'one\ntwo', newText: 'uno\ndue\ntre' });
  assert.deepEqual(lines, [1]);
  assert.equal(
    (await local.files.readBytes('crlf.txt')).toString(),
    Buffer.from('\ufeffuno\r\ndue\r\ntre\r\n').toString(),
  );
  assert.equal((await stat(join(root, 'crlf.txt'))).mode & 0o777, 0o754);

  await local.files.write('a.py', 'def f():\n    return 1\n\ndef g():\n    return 1\n');
  const edit = (oldText: string) =>
    expectError(replaceInFile(local, 'a.py', { oldText, newText: 'x' }), 'EDIT_REFUSED');
  assert.match((await edit('return 1')).message, /a\.py: oldText is there 2 times, on lines 2, 5/);
  assert.match((await edit('def f():\n  return 1')).message, /differs only in white space begins on line 1/);
  assert.match((await edit('def g():\n    return 2')).message, /its first line alone is on line 4/);
  await expectError(replaceInFile(local, 'none', { oldText: 'a', newText: 'b' }), 'FILE_NOT_FOUND');
  await local.files.write('binary', new Uint8Array([0xff, 0x61]));
  await expectError(replaceInFile(local, 'binary', { oldText: 'a', newText: 'b' }), 'FILE_NOT_TEXT');
});

test('a window of lines is what a split gives, from either end', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: -9, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      async (whole, startLine, lineCount) => {
        fc.pre(startLine !== 0 && !whole.includes('\r'));
        const runtime = await withFiles({ file: whole });
        const all = whole === '' ? [] : whole.replace(/\n$/, '').split('\n');
        const expected =
          startLine > 0
            ? all.slice(startLine - 1, startLine - 1 + lineCount)
            : all.slice(startLine).slice(0, lineCount);
        const window = await readLines(runtime, 'file', { startLine, lineCount });
        assert.deepEqual([window.lines, window.totalLines], [expected, all.length]);
        await runtime.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a window of a large file holds long lines short and knows binary files', async () => {
  const long = `${'x'.repeat(200_000)}\nlast ä`;
  await local.files.write('long.txt', long);
  const { lines, totalLines } = await readLines(local, 'long.txt', { maxLineLength: 5 });
  assert.deepEqual([lines, totalLines], [['xxxxx [… 199995 more characters]', 'last  [… 1 more characters]'], 2]);
  await local.files.write('image', new Uint8Array(10));
  assert.deepEqual(await readLines(local, 'image'), {
    type: 'binary',
    lines: [],
    startLine: 1,
    totalLines: 0,
    sizeBytes: 10,
  });
});
