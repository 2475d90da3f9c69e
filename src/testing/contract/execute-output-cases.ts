import assert from 'node:assert/strict';
import type { RuntimeSuite } from './suite.ts';

/** What becomes of the bytes that a command prints. */
export function executeOutputCases(suite: RuntimeSuite): void {
  const test = suite.group('execute', 'commands');

  test('keeps head and tail of an output beyond `maxOutputBytes`', async ({ runtime }) => {
    const result = await runtime.execute('seq 1 100000', { maxOutputBytes: 2_000 });
    const total = 588_895;
    assert.equal(result.outputBytes, total);
    assert.equal(result.truncated, true);
    assert.ok(result.stdout.startsWith('1\n2\n3\n'), 'the head is kept');
    assert.ok(result.stdout.endsWith('99999\n100000\n'), 'the tail is kept');
    assert.ok(result.stdout.length < 2_200, 'the rest is not');
    assert.match(result.stdout, new RegExp(`${total - 2_000}`), 'the mark says how much is missing');
  });

  test('does not cut an output of exactly `maxOutputBytes`', async ({ runtime }) => {
    const result = await runtime.execute('seq 100 199', { maxOutputBytes: 400 });
    assert.deepEqual([result.stdout.length, result.truncated, result.outputBytes], [400, false, 400]);
  });

  test('keeps 16 MiB by default', async ({ runtime }) => {
    const bytes = 17 * 1024 * 1024;
    const result = await runtime.execute(`head -c ${bytes} /dev/zero | tr '\\0' x`);
    assert.equal(result.outputBytes, bytes);
    assert.equal(result.truncated, true);
    const kept = result.stdout.match(/x/g)?.length ?? 0;
    assert.equal(kept, 16 * 1024 * 1024);
  });

  test('keeps both streams within one limit', async ({ runtime }) => {
    const result = await runtime.execute('seq 1 5000; seq 1 5000 >&2', { maxOutputBytes: 1_000 });
    assert.equal(result.outputBytes, 47_786);
    assert.ok(result.stdout.length + result.stderr.length < 1_400);
  });

  test('loses nothing of five megabytes', async ({ runtime }) => {
    const result = await runtime.execute('yes 0123456789abcdef | head -n 300000');
    assert.equal(result.truncated, false);
    assert.ok(result.stdout === '0123456789abcdef\n'.repeat(300_000), 'every byte arrived in order');
  });

  test('joins characters that were cut between chunks', async ({ runtime }) => {
    const script = String.raw`printf '\346'; sleep 0.02; printf '\227'; sleep 0.02; printf '\245\n'`;
    assert.equal((await runtime.execute(script)).stdout, '日\n');
  });

  test('shows invalid UTF-8 as replacement characters and loses nothing else', async ({ runtime }) => {
    const result = await runtime.execute(String.raw`printf 'a\377b\376\n'; printf '\303(\n' >&2`);
    assert.deepEqual([result.stdout, result.stderr], ['a\ufffdb\ufffd\n', '\ufffd(\n']);
    assert.equal(result.outputBytes, 8);
  });

  test('leaves NUL, ANSI sequences, bells and carriage returns as they are', async ({ runtime }) => {
    const result = await runtime.execute(String.raw`printf '10%%\r100%%\n\033[31mred\033[0m\a\000end\r\n'`);
    assert.equal(result.stdout, '10%\r100%\n\x1b[31mred\x1b[0m\x07\0end\r\n');
  });

  test('returns an output without a last newline as it is', async ({ runtime }) => {
    assert.equal((await runtime.execute(['printf', 'no newline'])).stdout, 'no newline');
  });

  test('returns what was printed right before a hard end', async ({ runtime }) => {
    const result = await runtime.execute('echo last; kill -9 $$');
    assert.deepEqual([result.stdout, result.signal], ['last\n', 'SIGKILL']);
  });
}
