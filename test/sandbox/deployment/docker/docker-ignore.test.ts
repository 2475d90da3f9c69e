import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerIgnore } from '../../../../src/sandbox/deployment/docker/image/docker-ignore.ts';

/** Those of the paths that belong to the build. */
function included(text: string, paths: readonly string[]): string[] {
  return paths.filter(parseDockerIgnore(text, ['Dockerfile']));
}

test('a pattern leaves out what it names and all below it', () => {
  assert.deepEqual(
    included('node_modules\n/dist/\n', ['node_modules', 'node_modules/a/b', 'dist/x', 'src/dist', 'a']),
    ['src/dist', 'a'],
  );
});

test('a star stays within a part, two go across, a question mark is one character', () => {
  assert.deepEqual(included('*.log', ['a.log', 'b/a.log']), ['b/a.log']);
  assert.deepEqual(included('**/*.log', ['a.log', 'b/a.log', 'b/c/a.log', 'a.logs']), ['a.logs']);
  assert.deepEqual(included('temp?', ['temp', 'tempa', 'tempab']), ['temp', 'tempab']);
  assert.deepEqual(included('a[0-9]', ['a1', 'ab', 'a']), ['ab', 'a']);
});

test('an exception brings back what an earlier pattern left out; the last one decides', () => {
  assert.deepEqual(included('docs\n!docs/keep.md', ['docs/a.md', 'docs/keep.md']), ['docs/keep.md']);
  assert.deepEqual(included('*\n!src\nsrc/secret', ['a', 'src/x', 'src/secret']), ['src/x']);
});

test('comments and empty lines say nothing, and the Dockerfile is always sent', () => {
  assert.deepEqual(included('# *\n\n  \n*', ['Dockerfile', 'a']), ['Dockerfile']);
});

test('characters that mean something elsewhere are themselves', () => {
  assert.deepEqual(included('a+b\n(c)\nd.e', ['a+b', 'aab', '(c)', 'dxe', 'd.e']), ['aab', 'dxe']);
});
