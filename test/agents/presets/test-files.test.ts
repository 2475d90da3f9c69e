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
};

for (const [language, { code, right, wrong }] of Object.entries(several)) {
  const tool = { python: 'python3', javascript: 'node', java: 'javac' }[language] ?? '';
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

test('variables of the caller reach the program as they are', async () => {
  const code = 'import os\nprint(os.environ["GIVEN"])';
  const { execution } = await runCode(runtime, { language: 'py', code, env: { GIVEN: '{main} {build}' } });
  assert.equal(execution.stdout, '{main} {build}\n');
});
