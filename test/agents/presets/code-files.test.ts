import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOut, unitOf } from '../../../src/agents/presets/languages/code-files.ts';
import { findLanguage } from '../../../src/agents/presets/languages/languages.ts';
import { expectThrown } from '../../../src/testing/contract/expect-error.ts';

/** Lays code out with the last toolchain of a language, the one without a project file. */
function lay(name: string, source: Parameters<typeof layOut>[0]) {
  const language = findLanguage(name);
  const toolchain = language.toolchains.find(({ manifest }) => manifest === undefined) ?? assert.fail();
  return layOut(source, language, toolchain);
}

test('a Java file is called as its public type, or as the type that has main', () => {
  const cases: readonly (readonly [code: string, file: string])[] = [
    ['public class Hello { }', 'Hello.java'],
    ['import x;\n\n  public final class A<T> extends B { }', 'A.java'],
    ['public record Pair(int a) { public static void main(String[] args) {} }', 'Pair.java'],
    ['class Helper { int x; }\nclass Start { public static void main(String... a) {} }', 'Start.java'],
    ['class Start { void f() {} public static void main(String[] a) {} }\nclass Later {}', 'Start.java'],
    ['public class Größe { }', 'Größe.java'],
    ['class Nothing {}', 'Main.java'],
  ];
  for (const [code, file] of cases) assert.equal(lay('java', { code }).main, file, code);
  const java = findLanguage('java');
  assert.equal(unitOf(java, 'src/a/Main.java', 'package a.b;\nclass Main {}'), 'a.b.Main');
  assert.equal(unitOf(java, 'Main.java', 'class Main {}'), 'Main');
});

test('tests are built with the files that have no entry of their own', () => {
  const add = 'int add(int a, int b) { return a + b; }';
  const cpp = lay('c++', {
    files: { 'main.cpp': 'int main() { return 0; }', 'add.cpp': add, 'add.h': '' },
    tests: 'int main() {}',
  });
  assert.deepEqual(
    [cpp.main, cpp.sources, cpp.testSources, cpp.tests],
    ['main.cpp', ['main.cpp', 'add.cpp'], ['add.cpp'], ['tests.cpp']],
  );
  assert.deepEqual(lay('c++', { code: add, tests: 'int main() {}' }).testSources, ['main.cpp']);
});

test('support files are made for the kind of code, and never in place of given ones', () => {
  assert.deepEqual([...lay('js', { code: 'import "node:fs";' }).support], ['package.json']);
  assert.deepEqual([...lay('js', { code: 'const x = await f();' }).support], ['package.json']);
  assert.deepEqual([...lay('js', { code: 'require("fs"); async function f() {\n  await 1;\n}' }).support], []);
  assert.deepEqual([...lay('go', { code: 'package main', files: { 'go.mod': 'module own' } }).support], []);
});

test('the main file is found among several, tests in the code are the code itself', () => {
  assert.equal(lay('python', { files: { 'util.py': '', 'main.py': '', 'test_main.py': '' } }).main, 'main.py');
  assert.equal(lay('go', { files: { 'a.go': 'package main', 'b.go': 'package main\nfunc main() {}' } }).main, 'b.go');
  const inside = lay('rust', { code: '#[test] fn t() {}', tests: true });
  assert.deepEqual([inside.tests, inside.testFiles], [['main.rs'], ['main.rs']]);
  expectThrown(() => lay('python', { tests: 'x' }), 'INVALID_ARGUMENT');
  expectThrown(() => lay('python', { code: 'x', main: '../x.py' }), 'INVALID_ARGUMENT');
});

test('all files of tests are run, and those that help them are not', () => {
  const tests = { 'tests/__init__.py': '', 'tests/test_a.py': '', 'tests/test_b.py': '', 'tests/data.txt': '' };
  assert.deepEqual(lay('python', { code: 'x', tests }).testFiles, ['tests/test_a.py', 'tests/test_b.py']);
  assert.deepEqual(lay('python', { code: 'x', tests: { 'checks.py': '' } }).testFiles, ['checks.py']);
});
