import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LocalRuntime } from 'hrm-rex';
import { checkExercise, runCode } from 'hrm-rex/agents';
import { missing } from './missing.ts';

const runtime = new LocalRuntime();
after(() => runtime.close());

const several = {
  python: {
    code: 'def f():\n    return 2\n',
    right: { 'tests/__init__.py': '', 'tests/test_a.py': 'from main import f\ndef test_a(): assert f() == 2\n' },
    wrong: { 'tests/test_b.py': 'from main import f\ndef test_b(): assert f() == 3\n' },
  },
  javascript: {
    code: 'exports.f = () => 2;\n',
    right: { 'a.test.cjs': "require('node:assert').equal(require('./main.js').f(), 2);\n" },
    wrong: { 'b.test.cjs': "require('node:assert').equal(require('./main.js').f(), 3);\n" },
  },
  java: {
    code: 'class Main { static int f() { return 2; } }\n',
    right: { 'ATest.java': 'class ATest { public static void main(String[] a) { assert Main.f() == 2; } }\n' },
    wrong: { 'BTest.java': 'class BTest { public static void main(String[] a) { assert Main.f() == 3; } }\n' },
  },
  rust: {
    code: 'pub fn f() -> i32 { 2 }\nfn main() {}\n',
    right: { 'a_test.rs': '#[path = "main.rs"] mod main;\n#[test] fn two() { assert_eq!(main::f(), 2); }\n' },
    wrong: { 'b_test.rs': '#[path = "main.rs"] mod main;\n#[test] fn three() { assert_eq!(main::f(), 3); }\n' },
  },
  'c++': {
    code: 'int value() { return 2; }\n',
    right: { 'a_test.cpp': 'int value();\nint main() { return value() == 2 ? 0 : 1; }\n' },
    wrong: { 'b_test.cpp': 'int value();\nint main() { return value() == 3 ? 0 : 1; }\n' },
  },
};

for (const [language, { code, right, wrong }] of Object.entries(several)) {
  const tool = { python: 'python3', javascript: 'node', java: 'javac', rust: 'rustc', 'c++': 'g++' }[language] ?? '';
  const skip = missing(tool);
  test(`${language}: every file of tests counts`, { skip }, async () => {
    const check = async (tests: Readonly<Record<string, string>>) =>
      (await checkExercise(runtime, { language, code, tests, timeoutMs: 60_000 })).status;
    assert.deepEqual(
      [await check(right), await check(wrong), await check({ ...right, ...wrong })],
      ['ok', 'failed', 'failed'],
    );
  });
}

test('python: a file of tests that holds none is no success, and one that asserts by itself is', async () => {
  const check = async (tests: string) => {
    const { status, summary } = await checkExercise(runtime, {
      language: 'py',
      code: 'x = 1',
      tests,
      timeoutMs: 60_000,
    });
    return [status, summary.includes('no test ran')];
  };
  assert.deepEqual(await check('import main\n'), ['failed', true]);
  assert.deepEqual(await check('import main\nassert main.x == 1\n'), ['ok', false]);
});

test('c++: files of tests without an entry help the one that has it', { skip: missing('g++') }, async () => {
  const tests = {
    'sum_test.cpp': 'bool check(int);\nint main() { return check(3) ? 0 : 1; }\n',
    'check_test.cpp': 'int sum(int, int);\nbool check(int wanted) { return sum(1, 2) == wanted; }\n',
  };
  const files = { 'sum.cpp': 'int sum(int a, int b) { return a + b; }\n', 'main.cpp': 'int main() {}\n' };
  const { summary } = await checkExercise(runtime, { language: 'c++', files, tests, timeoutMs: 60_000 });
  assert.equal(summary, 'passed the tests');
});

test('java: tests for JUnit say in words that it is not there', { skip: missing('javac') }, async () => {
  const tests = 'import org.junit.jupiter.api.Test;\nclass MainTest { @Test void runs() {} }\n';
  const code = 'class Main { public static void main(String[] words) {} }\n';
  const { status, summary } = await checkExercise(runtime, { language: 'java', code, tests, timeoutMs: 60_000 });
  assert.deepEqual([status, /^the code does not compile \(JUnit is not there: /.test(summary)], ['invalid', true]);
});

test('variables of the caller reach the program as they are', async () => {
  const code = 'import os\nprint(os.environ["GIVEN"])';
  const { execution } = await runCode(runtime, { language: 'py', code, env: { GIVEN: '{main} {build}' } });
  assert.equal(execution.stdout, '{main} {build}\n');
});
