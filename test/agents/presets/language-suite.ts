import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkExercise } from '../../../src/agents/presets/languages/check-exercise.ts';
import { codeResultSchema } from '../../../src/agents/presets/languages/code-result.ts';
import { checkCode, runCode } from '../../../src/agents/presets/languages/run-code.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { missing } from './missing.ts';
import { type Solution, solutions } from './solutions.ts';

const runtime = new LocalRuntime();
after(() => runtime.close());

/** Holds languages to what a solution that is right, wrong, hanging, invalid or without its tools has to come to. */
export function testLanguages(names: readonly string[]): void {
  for (const [language, solution] of solutions) if (names.includes(language)) testLanguage(language, solution);
}

function testLanguage(language: string, { tool, right, invalid, add, tests }: Solution): void {
  const skip = missing(tool);
  const name = `${language}: `;

  test(`${name}output, exit code, arguments and input are exact, case by case`, { skip }, async () => {
    const many = Array.from({ length: 300_000 }, (_, index) => `${index}\n`).join('');
    const result = await checkExercise(runtime, {
      language,
      code: right,
      timeoutMs: 60_000,
      cases: [
        { stdin: '1\n2\n40\n', args: ["it's", 'ü $HOME "x"'], stdout: 'Σ 43 it\'s ü $HOME "x"\n', stderr: '' },
        { args: ['exit3'], stdout: '', stderr: 'bad\n', exitCode: 3 },
        { name: 'much output', args: ['big'], stdout: many },
      ],
    });
    assert.equal(result.summary, 'passed all 3 cases');
    assert.deepEqual([result.success, result.status], [true, 'ok']);
    assert.deepEqual(codeResultSchema.parse(result), result);
  });

  test(`${name}a wrong solution fails with the reason, a hanging one is killed`, { skip }, async () => {
    const started = { language, code: right, timeoutMs: 30_000 };
    const result = await checkExercise(runtime, {
      ...started,
      cases: [
        { name: 'sum', stdin: '1\n', stdout: 'Σ 2\n' },
        { name: 'end', args: ['exit3'] },
        { name: 'hangs', args: ['hang'], timeoutMs: 2000 },
      ],
    });
    const [sum, end, hangs] = result.cases;
    assert.deepEqual([result.success, result.status], [false, 'timeout']);
    assert.equal(sum?.reason, 'stdout differs in line 1: expected "Σ 2", got "Σ 1"');
    assert.equal(end?.reason, 'it ended with exit code 3: bad (expected exit code 0)');
    assert.match(hangs?.reason ?? '', /^it was still running after \d+ ms and was killed$/);
    assert.deepEqual([hangs?.execution.exitCode, hangs?.execution.timedOut], [null, true]);
    assert.match(result.summary, /^3 of 3 cases failed; sum: /);
  });

  test(`${name}code that does not compile is told as such`, { skip }, async () => {
    for (const check of [runCode, checkCode]) {
      const result = await check(runtime, { language, code: invalid });
      assert.deepEqual([result.status, result.validation.valid], ['invalid', false]);
      assert.match(result.summary, /^the code does not compile: /);
      assert.notEqual(result.execution.exitCode, 0);
    }
  });

  test(`${name}tests in the language pass for the right code and fail for the wrong one`, { skip }, async () => {
    const limits = { timeoutMs: 60_000 };
    const passed = await checkExercise(runtime, { language, code: add('+'), tests, ...limits });
    assert.deepEqual([passed.summary, passed.success], ['passed the tests', true]);
    const failed = await checkExercise(runtime, { language, code: add('-'), tests, ...limits });
    assert.deepEqual([failed.status, failed.success], ['failed', false]);
    assert.notEqual(failed.tests?.exitCode, 0);
  });

  test(`${name}in a session, streams are kept apart and a hanging program leaves the session usable`, {
    skip,
  }, async () => {
    await using session = await runtime.createSession({ session: `code-${language}`, loadRc: false });
    const cases = [
      { stdin: '4\n5\n', args: ["it's"], stdout: "Σ 9 it's\n" },
      { args: ['exit3'], stdout: '', stderr: 'bad\n', exitCode: 3 },
      { args: ['hang'], timeoutMs: 2000 },
    ];
    const result = await checkExercise(runtime, { language, code: right, session, cases, timeoutMs: 30_000 });
    assert.deepEqual(
      result.cases.map(({ passed }) => passed),
      [true, true, false],
    );
    assert.match(result.cases[2]?.execution.stdout ?? 'nothing', /^(?:before\n)?$/);
    assert.equal((await session.run('echo alive')).output, 'alive\n');
  });

  test(`${name}a missing tool is named, with how to install it`, async () => {
    await using bare = new LocalRuntime({ env: { PATH: '/nowhere' } });
    const error = await expectError(runCode(bare, { language, code: right }), 'TOOLCHAIN_MISSING');
    assert.match(error.message, new RegExp(`^${language.replaceAll('+', '\\+')} needs `));
    assert.notEqual(error.context.install, '');
    await using session = await runtime.createSession({ session: `bare-${language}`, loadRc: false });
    await session.run('PATH=/nowhere');
    await expectError(runCode(runtime, { language, code: right, session }), 'TOOLCHAIN_MISSING');
  });
}
