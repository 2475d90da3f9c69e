import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePlanningTask, summariseWorkspace } from 'hrm-rex/coordination';

test('endings are counted in lower case, the eight most frequent are kept', () => {
  const paths = ['a.TS', 'b/c.ts', 'x.d.ts', 'README', '.gitignore', '.travis.yml', 'a.', 'long.abcdefghijklmnop'];
  const { files, ext } = summariseWorkspace(paths);
  assert.equal(files, paths.length);
  assert.deepEqual(ext, { ts: 3, yml: 1, abcdefghijkl: 1 });
  const many = Array.from({ length: 20 }, (_, index) => Array.from({ length: index + 1 }, (_, n) => `${n}.e${index}`));
  const most = summariseWorkspace(many.flat()).ext;
  assert.deepEqual(Object.keys(most), ['e19', 'e18', 'e17', 'e16', 'e15', 'e14', 'e13', 'e12']);
});

test('marker files are named by their role, at the top and one directory below', () => {
  const { markers } = summariseWorkspace([
    'package.json',
    'web/package.json',
    'a/b/Cargo.toml',
    './Makefile',
    'docker/Dockerfile.ci',
    '.github/workflows/test.yml',
    '.github/CODEOWNERS',
    'requirements/docs.txt',
    'requirements-dev.txt',
    'jvm/pom.xml',
    'CMakeLists.txt',
    'cmake/FindX.cmake',
    'tsconfig.build.json',
    'docker-compose.yml',
    'src/main.c',
  ]);
  assert.deepEqual(markers, [
    'build:CMakeLists.txt',
    'build:FindX.cmake',
    'build:Makefile',
    'build:pom.xml',
    'build:tsconfig.build.json',
    'ci',
    'docker:Dockerfile.ci',
    'docker:docker-compose.yml',
    'pm:docs.txt',
    'pm:package.json',
    'pm:requirements-dev.txt',
  ]);
});

test('any list of names gives a bounded summary', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 60 }), (paths) => {
      const { files, ext, markers } = summariseWorkspace(paths);
      assert.ok(files <= paths.length);
      assert.ok(Object.keys(ext).length <= 8 && markers.length <= 14);
      assert.ok(Object.values(ext).reduce((sum, count) => sum + count, 0) <= files);
      assert.deepEqual(parsePlanningTask({ text: '', workspace: { files, ext, markers } }).workspace, {
        files,
        ext,
        markers,
      });
    }),
  );
});

test('a task is a text, a text with a workspace, or a row of data', () => {
  const workspace = { files: 3, ext: { ts: 2 }, markers: ['ci'] };
  assert.deepEqual(parsePlanningTask('fix it'), { text: 'fix it' });
  assert.deepEqual(parsePlanningTask({ text: '', workspace }), { text: '', workspace });
  assert.deepEqual(parsePlanningTask({ text: 'x', context: workspace, languages: ['go'] }), { text: 'x', workspace });
  assert.deepEqual(parsePlanningTask({ text: 'x', context: null }), { text: 'x' });
  for (const wrong of [undefined, 7, {}, { text: 4 }, { text: 'x', workspace: { files: -1, ext: {}, markers: [] } }]) {
    assert.throws(() => parsePlanningTask(wrong), { code: 'INVALID_ARGUMENT' });
  }
});
