import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import { makeGate } from './lifeline.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** What becomes of the bytes that a script prints. */
export function sessionOutputCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const separate = kind.options.streams === 'separate';

  test('says everything it knows about a run', async (context) => {
    const session = await openSession(context, kind);
    const { durationMs, ...rest } = await session.run('echo hi');
    assert.ok(durationMs >= 0);
    assert.deepEqual(rest, {
      output: 'hi\n',
      stdout: 'hi\n',
      stderr: '',
      exitCode: 0,
      matched: undefined,
      pattern: undefined,
      backgroundOutput: '',
      failureReason: '',
      outputBytes: 3,
      truncated: false,
    });
  });

  if (separate) {
    test('keeps standard error apart', async (context) => {
      const session = await openSession(context, kind);
      const result = await session.run('echo out; echo err >&2; sh -c "echo child >&2"; (exit 3)');
      assert.deepEqual([result.stdout, result.stderr, result.exitCode], ['out\n', 'err\nchild\n', 3]);
      const next = await session.run('echo only err >&2');
      assert.deepEqual([next.stdout, next.stderr], ['', 'only err\n']);
    });
  } else {
    test('keeps standard output and error in exact order', async (context) => {
      const session = await openSession(context, kind);
      const result = await session.run('for i in 1 2 3 4; do echo o$i; echo e$i >&2; done');
      assert.equal(result.output, 'o1\ne1\no2\ne2\no3\ne3\no4\ne4\n');
      assert.deepEqual([result.stdout, result.stderr], [result.output, '']);
    });
  }

  test('returns an output without a last newline as it is', async (context) => {
    const session = await openSession(context, kind);
    assert.equal((await session.run('printf "no newline"')).output, 'no newline');
    assert.equal((await session.run('printf "\\n\\n"')).output, '\n\n');
    assert.equal((await session.run('printf ""')).output, '');
  });

  test('leaves NUL, ANSI sequences, bells, tabs and carriage returns as they are', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run(
      String.raw`printf '10%%\r100%%\n\033[31mred\033[0m\033]0;title\007\a\t\000end\r\n'`,
    );
    assert.equal(result.output, '10%\r100%\n\x1b[31mred\x1b[0m\x1b]0;title\x07\x07\t\0end\r\n');
  });

  test('shows invalid UTF-8 as replacement characters', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run(String.raw`printf 'a\377b\376\n'`);
    assert.deepEqual([result.output, result.outputBytes], ['a\ufffdb\ufffd\n', 5]);
  });

  test('joins characters that were cut between chunks', async (context) => {
    const session = await openSession(context, kind);
    const script = String.raw`printf '\346'; sleep 0.02; printf '\227'; sleep 0.02; printf '\245\n'`;
    assert.equal((await session.run(script)).output, '日\n');
  });

  test('is not misled by an output of all that the shell knows', async (context) => {
    const session = await openSession(context, kind);
    const dump =
      'set; declare -p; declare -f; trap; alias; env; jobs; for v in $(compgen -v); do printf "%s\\n" "${!v}"; done';
    const result = await session.run(`{ ${dump}; } 2>&1; echo the end; (exit 5)`);
    assert.ok(result.stdout.endsWith('\nthe end\n'), 'nothing is lost behind it');
    assert.equal(result.exitCode, 5);
    const next = await session.run('echo next');
    assert.deepEqual([next.output, next.exitCode], ['next\n', 0]);
  });

  test('is not misled by the output of an earlier run, replayed', async (context) => {
    const session = await openSession(context, kind);
    const first = await session.run('set; declare -f');
    const path = `${context.directory}/replay`;
    await context.runtime.files.write(path, first.output);
    const again = await session.run('cat replay; (exit 8)');
    assert.deepEqual([again.output, again.exitCode], [first.output, 8]);
  });

  test('is not misled by markers of others', async (context) => {
    const session = await openSession(context, kind);
    const text = 'SHELLPS1PREFIX EXITCODESTART0EXITCODEEND UNIQUESTRING29234 \x1b]133;D;0\x07 __hrm_rex_status=0';
    const result = await session.run(`printf '%s\\n' '${text}'; (exit 9)`);
    assert.deepEqual([result.output, result.exitCode], [`${text}\n`, 9]);
  });

  // A terminal hands over a few kilobytes at a time, so that a busy machine needs long for megabytes.
  const [lines, hugeBytes] = kind.options.pty ? [50_000, 5_000_000] : [300_000, 50_000_000];

  test('loses nothing of a large output', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run(`yes 0123456789abcdef | head -n ${lines}; (exit 3)`);
    assert.equal(result.outputBytes, lines * 17);
    assert.ok(result.output === '0123456789abcdef\n'.repeat(lines), 'every byte arrived in order');
    assert.equal(result.exitCode, 3);
  });

  test('keeps head and tail of an output beyond `maxOutputBytes`', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('seq 1 100000', { maxOutputBytes: 2_000 });
    assert.deepEqual([result.outputBytes, result.truncated, result.exitCode], [588_895, true, 0]);
    assert.ok(result.output.startsWith('1\n2\n3\n') && result.output.endsWith('99999\n100000\n'));
    assert.ok(result.output.length < 2_200);
    const next = await session.run('echo next');
    assert.deepEqual([next.output, next.truncated], ['next\n', false]);
  });

  test('takes the default of `maxOutputBytes` from the session', async (context) => {
    const session = await openSession(context, kind, { maxOutputBytes: 1_000 });
    assert.equal((await session.run('seq 1 1000')).truncated, true);
    assert.equal((await session.run('seq 1 1000', { maxOutputBytes: 10_000 })).truncated, false);
  });

  test('counts a huge output and keeps little of it', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run(`head -c ${hugeBytes} /dev/zero`, { maxOutputBytes: 10_000 });
    assert.deepEqual([result.outputBytes, result.exitCode], [hugeBytes, 0]);
    assert.ok(result.output.length < 10_200);
  });

  test('gives what a background job prints between two runs to neither', async (context) => {
    const { runtime, directory } = context;
    const session = await openSession(context, kind);
    const [go, done] = [await makeGate(runtime, directory, 'go'), await makeGate(runtime, directory, 'done')];
    const started = await session.run('(cat go; echo late; echo x >done) &');
    assert.deepEqual([started.output, started.exitCode], ['', 0]);
    await go.open('');
    await done.opened();
    const next = await session.run('echo now; (exit 4)');
    assert.deepEqual([next.output, next.exitCode, next.backgroundOutput], ['now\n', 4, 'late\n']);
    assert.equal((await session.run(':')).backgroundOutput, '');
  });

  test('keeps what a background job prints for the run after it, whose syntax is checked first', async (context) => {
    const { runtime, directory } = context;
    const session = await openSession(context, kind);
    const [go, done] = [await makeGate(runtime, directory, 'go'), await makeGate(runtime, directory, 'done')];
    await session.run('(cat go; echo late; echo x >done) &');
    await go.open('');
    await done.opened();
    await expectError(session.run('fi', { validate: true }), 'SESSION_SYNTAX');
    const next = await session.run('echo now', { validate: true });
    assert.deepEqual([next.output, next.backgroundOutput], ['now\n', 'late\n']);
  });

  test('does not wait for background jobs', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('sleep 1000 & (setsid sleep 1000 &) ; echo on');
    assert.deepEqual([result.output, result.exitCode], ['on\n', 0]);
  });

  test("raises COMMAND_FAILED when `check` is 'raise', and goes on", async (context) => {
    const session = await openSession(context, kind);
    const { context: facts } = await expectError(
      session.run('echo out; (exit 3)', { check: 'raise' }),
      'COMMAND_FAILED',
    );
    assert.deepEqual([facts.output, facts.exitCode, facts.command], ['out\n', 3, 'echo out; (exit 3)']);
    assert.equal((await session.run('echo on', { check: 'raise' })).output, 'on\n');
  });

  if (!kind.options.pty) {
    test('gives programs an empty standard input', async (context) => {
      const session = await openSession(context, kind);
      assert.equal((await session.run('cat; read x || echo closed', { timeoutMs: 10_000 })).output, 'closed\n');
    });
  }
}
