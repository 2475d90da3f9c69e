import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import { makeGate } from './lifeline.ts';
import type { RuntimeSuite } from './suite.ts';

/** What `execute` runs and what it answers. */
export function executeCases(suite: RuntimeSuite): void {
  const test = suite.group('execute', 'commands');
  const testBash = suite.group('execute', 'commands', 'bash');

  test('returns what was printed and the exit code', async ({ runtime }) => {
    const result = await runtime.execute(['echo', 'hi']);
    assert.deepEqual(result.command, ['echo', 'hi']);
    assert.equal(result.stdout, 'hi\n');
    assert.equal(result.output, 'hi\n');
    assert.equal(result.stderr, '');
    assert.equal(result.exitCode, 0);
    assert.equal(result.signal, null);
    assert.equal(result.outputBytes, 3);
    assert.equal(result.truncated, false);
    assert.equal(result.failureReason, '');
    assert.ok(result.durationMs >= 0);
  });

  test('runs an argv array without a shell', async ({ runtime }) => {
    const words = ['$HOME', '; echo no', '`id`', "it's", '"', '\\', '*', '', ' a  b ', 'line\nbreak', 'tab\t', '日本'];
    const result = await runtime.execute(['printf', '<%s>', ...words]);
    assert.equal(result.stdout, words.map((word) => `<${word}>`).join(''));
  });

  test('runs a string as a script of the shell', async ({ runtime }) => {
    const result = await runtime.execute('word=two; echo one | tr o 0; echo "$word"');
    assert.equal(result.stdout, '0ne\ntwo\n');
  });

  test('runs scripts of several lines with heredocs and comments', async ({ runtime }) => {
    const script = "# a comment\ncat <<'END'\n$HOME `x`\nEND\nfor i in 1 2; do\n  echo $i\ndone # more\n";
    assert.equal((await runtime.execute(script)).stdout, '$HOME `x`\n1\n2\n');
  });

  testBash('runs a script in the shell that `shell` names', async ({ runtime }) => {
    const result = await runtime.execute('list=(a b c); echo "${list[1]}${#list[@]}"', { shell: 'bash' });
    assert.equal(result.stdout, 'b3\n');
  });

  test('takes a script of 300 KB', async ({ runtime }) => {
    const script = `${': "padding of a long script"; '.repeat(10_000)}echo end`;
    const result = await runtime.execute(script);
    assert.equal(result.output, 'end\n');
    assert.equal(result.exitCode, 0);
  });

  test('takes an empty script', async ({ runtime }) => {
    const result = await runtime.execute('');
    assert.deepEqual([result.output, result.exitCode], ['', 0]);
  });

  test('returns exit codes from 0 to 255 unchanged', async ({ runtime }) => {
    const codes = [0, 1, 2, 64, 126, 127, 128, 129, 130, 137, 143, 254, 255];
    const results = await Promise.all(codes.map((code) => runtime.execute(`exit ${code}`)));
    assert.deepEqual(
      results.map((result) => result.exitCode),
      codes,
    );
  });

  test('returns the signal that ended a command', async ({ runtime }) => {
    for (const [number, name] of [
      [9, 'SIGKILL'],
      [15, 'SIGTERM'],
      [11, 'SIGSEGV'],
    ] as const) {
      const result = await runtime.execute(`kill -${number} $$`);
      assert.deepEqual([result.exitCode, result.signal], [null, name]);
    }
  });

  test('returns a failure as a result unless asked to raise', async ({ runtime }) => {
    const result = await runtime.execute('echo out; echo err >&2; exit 3', { check: 'return' });
    assert.deepEqual([result.stdout, result.stderr, result.exitCode], ['out\n', 'err\n', 3]);
  });

  test("raises COMMAND_FAILED with everything known when `check` is 'raise'", async ({ runtime }) => {
    const script = 'echo out; echo err >&2; exit 3';
    const { context } = await expectError(runtime.execute(script, { check: 'raise' }), 'COMMAND_FAILED');
    assert.equal(context.command, script);
    assert.deepEqual([context.stdout, context.stderr, context.exitCode], ['out\n', 'err\n', 3]);
    assert.equal(context.signal, null);
  });

  test("raises COMMAND_FAILED for a signal when `check` is 'raise'", async ({ runtime }) => {
    const { context } = await expectError(runtime.execute('kill -9 $$', { check: 'raise' }), 'COMMAND_FAILED');
    assert.deepEqual([context.exitCode, context.signal], [null, 'SIGKILL']);
  });

  test("returns a success when `check` is 'raise'", async ({ runtime }) => {
    assert.equal((await runtime.execute(['true'], { check: 'raise' })).exitCode, 0);
  });

  test('keeps standard output and standard error apart', async ({ runtime }) => {
    const result = await runtime.execute('echo a; echo b >&2; echo c; echo d >&2');
    assert.equal(result.stdout, 'a\nc\n');
    assert.equal(result.stderr, 'b\nd\n');
    assert.equal(result.output.length, 8);
    assert.equal(result.outputBytes, 8);
  });

  test('merges the streams in exact order when asked', async ({ runtime }) => {
    const script = 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done';
    const result = await runtime.execute(script, { streams: 'merged' });
    assert.equal(result.stdout, 'o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n');
    assert.equal(result.output, result.stdout);
    assert.equal(result.stderr, '');
  });

  test('merges the streams of an argv array too', async ({ runtime }) => {
    const result = await runtime.execute(['sh', '-c', 'echo "$1" >&2; exit 4', 'x', "it's"], { streams: 'merged' });
    assert.deepEqual([result.stdout, result.stderr, result.exitCode], ["it's\n", '', 4]);
  });

  test('says COMMAND_NOT_STARTED for a program that does not exist', async ({ runtime }) => {
    const { context } = await expectError(runtime.execute(['hrm-rex-no-such-program']), 'COMMAND_NOT_STARTED');
    assert.deepEqual(context, { command: ['hrm-rex-no-such-program'], errno: 'ENOENT' });
  });

  test('says COMMAND_NOT_STARTED for a file that may not be executed', async ({ runtime, directory }) => {
    await runtime.files.write(`${directory}/plain`, 'echo no\n', { mode: 0o644 });
    const { context } = await expectError(runtime.execute([`${directory}/plain`]), 'COMMAND_NOT_STARTED');
    assert.equal(context.errno, 'EACCES');
  });

  test('gives 127 for a missing program inside a script, as the shell does', async ({ runtime }) => {
    const result = await runtime.execute('hrm-rex-no-such-program');
    assert.equal(result.exitCode, 127);
    assert.match(result.stderr, /not found/);
  });

  test('refuses commands that mean nothing', async ({ runtime }) => {
    for (const command of [[], [''], ['echo', 'a\0b'], 'echo a\0b']) {
      await expectError(runtime.execute(command), 'INVALID_ARGUMENT');
    }
  });

  test('runs commands at the same time', async ({ runtime, directory }) => {
    await makeGate(runtime, directory, 'meeting');
    const [read, write] = await Promise.all([
      runtime.execute(['cat', 'meeting'], { cwd: directory, timeoutMs: 10_000 }),
      runtime.execute('echo both run > meeting', { cwd: directory, timeoutMs: 10_000 }),
    ]);
    assert.deepEqual([read.stdout, write.exitCode], ['both run\n', 0]);
  });

  test('runs fifty commands at once without mixing them up', async ({ runtime }) => {
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const results = await Promise.all(numbers.map((number) => runtime.execute(`echo ${number}; exit ${number}`)));
    assert.deepEqual(
      results.map(({ stdout, exitCode }) => [stdout, exitCode]),
      numbers.map((number) => [`${number}\n`, number]),
    );
  });

  test('is not held by a background process that keeps the output open', async ({ runtime }) => {
    const result = await runtime.execute('sleep 1000 & echo done');
    assert.deepEqual([result.output, result.exitCode], ['done\n', 0]);
  });

  test('is not held by a daemon that left the process session', async ({ runtime }) => {
    const result = await runtime.execute('(setsid sleep 1000 &) ; echo done');
    assert.deepEqual([result.output, result.exitCode], ['done\n', 0]);
  });

  test('waits for a program that has closed its output', async ({ runtime, directory }) => {
    const gate = await makeGate(runtime, directory, 'gate');
    const running = runtime.execute('exec >&- 2>&-; read line <gate; exit 7', { cwd: directory });
    await gate.open();
    assert.equal((await running).exitCode, 7);
  });

  testBash('leaves SIGPIPE as it is', async ({ runtime }) => {
    const script = 'yes | head -n 1; echo "${PIPESTATUS[0]}"';
    const result = await runtime.execute(['bash', '-c', script]);
    assert.deepEqual([result.stdout, result.stderr], ['y\n141\n', '']);
  });
}
