import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import type { RuntimeSuite } from './suite.ts';

/** Directory, environment and standard input of a command. */
export function executeInputCases(suite: RuntimeSuite): void {
  const test = suite.group('execute', 'commands');

  test('starts in `cwd`', async ({ runtime, directory }) => {
    const result = await runtime.execute('pwd -P', { cwd: directory });
    const physical = await runtime.execute(`cd '${directory}' && pwd -P`);
    assert.equal(result.stdout, physical.stdout);
  });

  test("starts a relative `cwd` at the runtime's directory", async ({ runtime }) => {
    const parent = await runtime.execute(['pwd'], { cwd: '..' });
    assert.equal(parent.stdout, (await runtime.execute('cd .. && pwd')).stdout);
  });

  test('says COMMAND_NOT_STARTED when `cwd` does not exist', async ({ runtime, directory }) => {
    const missing = `${directory}/missing`;
    const error = await expectError(runtime.execute(['pwd'], { cwd: missing }), 'COMMAND_NOT_STARTED');
    assert.ok(error.message.includes(missing), 'the message names the directory, not the program');
  });

  test("adds `env` to the runtime's environment", async ({ runtime }) => {
    const result = await runtime.execute('echo "$HRM_REX_CASE"; test -n "$PATH"', { env: { HRM_REX_CASE: 'value' } });
    assert.deepEqual([result.stdout, result.exitCode], ['value\n', 0]);
  });

  test('takes any text as the value of a variable', async ({ runtime }) => {
    const value = ' a=b "c" \'d\' $e `f` \\ \n second line \t日本 ';
    const result = await runtime.execute(['sh', '-c', 'printf %s "$VALUE"'], { env: { VALUE: value, EMPTY: '' } });
    assert.equal(result.stdout, value);
  });

  test('removes a variable given as undefined', async ({ runtime }) => {
    const result = await runtime.execute('echo "${HOME-none}"', { env: { HOME: undefined } });
    assert.equal(result.stdout, 'none\n');
  });

  test('replaces the environment when it is not inherited', async ({ runtime }) => {
    const result = await runtime.execute('env', { env: { ONLY: 'this' }, inheritEnv: false });
    const names = result.stdout.split('\n').map((line) => line.split('=')[0] ?? '');
    // A shell may set some itself, busybox even PATH; a runtime may mark what it started.
    const others = names.filter((name) => !/^(|_|PATH|PWD|OLDPWD|SHLVL|HRM_REX_\w+)$/.test(name));
    assert.deepEqual(others, ['ONLY']);
  });

  test('does not let one command change the environment of the next', async ({ runtime }) => {
    await runtime.execute('export LEAK=1', { env: { LEAK: '1' } });
    assert.equal((await runtime.execute('echo "${LEAK-none}"')).stdout, 'none\n');
  });

  test('refuses names of variables that cannot exist', async ({ runtime }) => {
    for (const name of ['A=B', '', 'A\0']) {
      await expectError(runtime.execute(['true'], { env: { [name]: 'x' } }), 'INVALID_ARGUMENT');
    }
  });

  test('closes standard input when none is given', async ({ runtime }) => {
    const result = await runtime.execute('cat; read line || echo closed', { timeoutMs: 10_000 });
    assert.equal(result.stdout, 'closed\n');
  });

  test('feeds a string to standard input', async ({ runtime }) => {
    assert.equal((await runtime.execute(['cat'], { stdin: 'größe\nno newline' })).stdout, 'größe\nno newline');
  });

  test('feeds an empty input', async ({ runtime }) => {
    assert.equal((await runtime.execute(['wc', '-c'], { stdin: '' })).stdout.trim(), '0');
  });

  test('feeds every byte unchanged', async ({ runtime }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
    const result = await runtime.execute('od -An -v -tx1', { stdin: bytes });
    assert.equal(result.stdout.replace(/\s/g, ''), Buffer.from(bytes).toString('hex'));
  });

  test('feeds an async iterable of text and bytes', async ({ runtime }) => {
    async function* pieces(): AsyncGenerator<string | Uint8Array> {
      yield 'one ';
      yield Buffer.from('two ');
      yield Buffer.from([0xe6, 0x97]);
      yield Buffer.from([0xa5]);
    }
    assert.equal((await runtime.execute(['cat'], { stdin: pieces() })).stdout, 'one two 日');
  });

  test('feeds a web stream', async ({ runtime }) => {
    const stdin = new Blob(['from a ', 'stream']).stream() as ReadableStream<Uint8Array>;
    assert.equal((await runtime.execute(['cat'], { stdin })).stdout, 'from a stream');
  });

  test('feeds a megabyte and reads it back', async ({ runtime }) => {
    const stdin = '0123456789abcde\n'.repeat(64 * 1024);
    const result = await runtime.execute(['cat'], { stdin });
    assert.equal(result.outputBytes, stdin.length);
    assert.ok(result.stdout === stdin, 'every byte came back');
  });

  test('does not mind a program that reads none of its input', async ({ runtime }) => {
    const result = await runtime.execute('exec <&-; echo done', { stdin: 'x'.repeat(1_000_000) });
    assert.deepEqual([result.stdout, result.exitCode], ['done\n', 0]);
  });
}
