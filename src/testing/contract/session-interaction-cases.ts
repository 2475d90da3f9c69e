import assert from 'node:assert/strict';
import { briefMs } from './brief.ts';
import { expectError } from './expect-error.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** A program that asks for names until it is told to quit, and then exits with 3. */
const greeter = `sh -c 'while printf "name? "; read name; do
  case $name in quit) echo bye; exit 3;; esac
  echo "hello $name"
done'`;

/** Programs that are spoken with. */
export function sessionInteractionCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);

  test('returns at an expected text and leaves the program running', async (context) => {
    const session = await openSession(context, kind);
    assert.equal(session.state, 'idle');
    const asked = await session.run(greeter, { expect: 'name? ' });
    assert.deepEqual([asked.output, asked.matched, asked.pattern, asked.exitCode], ['', 'name? ', 'name? ', null]);
    assert.equal(session.state, 'running');
  });

  test('speaks with a program until it ends', async (context) => {
    const session = await openSession(context, kind);
    await session.run(greeter, { interactive: true, expect: 'name? ' });
    const ada = await session.run('Ada', { interactive: true, expect: 'name? ' });
    assert.deepEqual([ada.output, ada.matched, ada.exitCode], ['hello Ada\n', 'name? ', null]);
    const grace = await session.run('Grace', { interactive: true, expect: /name\? $/ });
    assert.equal(grace.output, 'hello Grace\n');
    const quit = await session.run('quit', { interactive: true });
    assert.deepEqual([quit.output, quit.matched, quit.exitCode], ['bye\n', undefined, 3]);
    assert.equal(session.state, 'idle');
    assert.equal((await session.run('echo shell again')).output, 'shell again\n');
  });

  test('says which of several patterns came first', async (context) => {
    const session = await openSession(context, kind);
    const expect = ['never', /n[a-z]+(?=\?)/, 'e?'];
    const asked = await session.run(greeter, { expect });
    assert.equal(asked.matched, 'name');
    assert.deepEqual(asked.pattern, expect[1]);
  });

  test('returns the end when nothing that was expected comes', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('echo something; (exit 4)', { expect: ['never', /nothing/] });
    assert.deepEqual(
      [result.output, result.matched, result.pattern, result.exitCode],
      ['something\n', undefined, undefined, 4],
    );
    assert.equal(session.state, 'idle');
  });

  test('finds a pattern in the last words of a program', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('printf "done: 7"', { expect: /done: (\d)/ });
    assert.equal(result.matched, 'done: 7');
    assert.equal((await session.run('echo next')).output, 'next\n');
  });

  test('refuses a run while a program still runs', async (context) => {
    const session = await openSession(context, kind);
    await session.run(greeter, { expect: 'name? ' });
    const { context: facts } = await expectError(session.run('echo no'), 'SESSION_BUSY');
    assert.equal(facts.session, session.name);
    assert.match(facts.running, /name/);
    assert.equal((await session.run('quit', { interactive: true })).exitCode, 3);
  });

  test('sends text as it is and waits for what follows', async (context) => {
    const session = await openSession(context, kind);
    await session.run(greeter, { expect: 'name? ' });
    await session.send('Gra');
    await session.send(Buffer.from('ce\n'));
    const greeted = await session.waitFor('hello Grace');
    assert.equal(greeted.matched, 'hello Grace');
    await session.waitFor('name? ');
    await session.send('quit\n');
    const over = await session.waitFor('never');
    assert.deepEqual([over.matched, over.exitCode], [undefined, 3]);
  });

  test('says PROCESS_ENDED when there is no program to speak with', async (context) => {
    const session = await openSession(context, kind);
    await expectError(session.send('x'), 'PROCESS_ENDED');
    await expectError(session.waitFor('x'), 'PROCESS_ENDED');
    assert.equal((await session.run('echo fine')).output, 'fine\n');
  });

  test('gives a later program nothing that was meant for an earlier one', async (context) => {
    const session = await openSession(context, kind);
    await session.run('echo up; sleep 1000', { expect: 'up' });
    await session.send('left over\n');
    await session.interrupt();
    const asked = await session.run(greeter, { expect: 'name? ' });
    assert.equal(asked.output, '');
    const told = await session.run('Ada', { interactive: true, expect: 'name? ' });
    assert.equal(told.output, 'hello Ada\n');
  });

  test('times out while it waits for a program, and stops it', async (context) => {
    const session = await openSession(context, kind);
    await session.run(greeter, { expect: 'name? ' });
    const options = { interactive: true, expect: 'never', timeoutMs: briefMs } as const;
    const { context: facts } = await expectError(session.run('Ada', options), 'COMMAND_TIMEOUT');
    assert.match(facts.output, /hello Ada/);
    assert.deepEqual([session.state, (await session.run('echo on')).output], ['idle', 'on\n']);
  });

  if (kind.options.pty) terminalInteraction(suite, kind);
}

function terminalInteraction(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  testBash('answers a password prompt without showing the answer', async (context) => {
    const session = await openSession(context, kind);
    const script = `bash -c 'read -s -p "Password: " word; echo; echo "length \${#word}"'`;
    const asked = await session.run(script, { expect: 'Password: ' });
    assert.equal(asked.output, '');
    const told = await session.run('secret', { interactive: true });
    assert.equal(told.output.trim(), 'length 6');
    assert.equal(told.exitCode, 0);
  });

  test('has the size that was asked for, and changes it', async (context) => {
    const session = await openSession(context, kind, { pty: { columns: 132, rows: 50 } });
    assert.equal((await session.run('stty size')).output, '50 132\n');
    await session.resize({ columns: 90, rows: 30 });
    assert.equal((await session.run('stty size')).output, '30 90\n');
  });

  test('has 80 columns and 24 rows unless told otherwise', async (context) => {
    const session = await openSession(context, kind);
    assert.equal(
      (await session.run('stty size; test -t 0 && test -t 1 && test -t 2 && echo tty')).output,
      '24 80\ntty\n',
    );
  });

  const testPython = suite.group(kind.name, ...kind.needs, 'python');

  testPython('speaks with python', async (context) => {
    const session = await openSession(context, kind, { env: { PYTHON_BASIC_REPL: '1' } });
    await session.run('python3 -q', { expect: '>>> ' });
    const product = await session.run('6 * 7', { interactive: true, expect: '>>> ' });
    assert.equal(product.output, '42\n');
    assert.equal((await session.run('exit(4)', { interactive: true })).exitCode, 4);
  });
}
