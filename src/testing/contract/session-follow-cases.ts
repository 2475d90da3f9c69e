import assert from 'node:assert/strict';
import type { OutputChunk } from '../../sandbox/session/session.ts';
import { expectError } from './expect-error.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** How a caller follows the output of a run. */
export function sessionFollowCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  test('shows output while the command runs', async (context) => {
    const session = await openSession(context, kind);
    const chunks: OutputChunk[] = [];
    let gate: Promise<void> | undefined;
    const result = await session.run('echo first; until [ -e go ]; do sleep 0.01; done; echo last', {
      onOutput: (chunk) => {
        chunks.push(chunk);
        gate ??= context.runtime.writeFile(`${context.directory}/go`, '');
      },
    });
    await gate;
    assert.equal(result.output, 'first\nlast\n');
    assert.equal(chunks.map(({ text }) => text).join(''), result.output);
    assertInOrder(chunks);
  });

  test('shows each byte once, and characters whole, however the pieces are cut', async (context) => {
    const session = await openSession(context, kind);
    const chunks: OutputChunk[] = [];
    const onOutput = (chunk: OutputChunk) => chunks.push(chunk);
    const script = "printf 'h\\303'; sleep 0.05; printf '\\251\\342\\202'; sleep 0.05; printf '\\254 \\377|'; seq 2000";
    const result = await session.run(script, { onOutput });
    assert.equal(Buffer.concat(chunks.map(({ data }) => data)).toString(), result.output);
    assert.equal(chunks.map(({ text }) => text).join(''), result.output);
    assert.match(result.output, /^h\u00e9\u20ac \ufffd\|1\n2\n/);
    assertInOrder(chunks);
  });

  testBash('shows nothing of the protocol, nor of another run', async (context) => {
    const session = await openSession(context, kind);
    await session.run('set -x; trap "echo trapped" ERR');
    const chunks: OutputChunk[] = [];
    const result = await session.run('false; printf done', { onOutput: (chunk) => chunks.push(chunk) });
    const shown = (wanted: string) => chunks.map(({ stream, text }) => (stream === wanted ? text : '')).join('');
    assert.deepEqual([shown('stdout'), shown('stderr')], [result.stdout, result.stderr]);
    assert.match(result.output, /trapped/);
  });

  test('stops the command when the listener throws, and goes on', async (context) => {
    const session = await openSession(context, kind);
    const failure = new Error('no more, please');
    const onOutput = () => {
      throw failure;
    };
    await assert.rejects(session.run('echo hi; sleep 1000', { onOutput }), failure);
    assert.equal((await session.run('echo here')).output, 'here\n');
  });

  test('shows what comes before a limit, too', async (context) => {
    const session = await openSession(context, kind);
    let text = '';
    const options = { timeoutMs: 300, onOutput: (chunk: OutputChunk) => (text += chunk.text) };
    const error = await expectError(session.run('echo partial; sleep 1000', options), 'COMMAND_TIMEOUT');
    assert.deepEqual([text, error.context.output], ['partial\n', 'partial\n']);
  });

  test('shows what comes before the end of the shell', async (context) => {
    const session = await openSession(context, kind);
    let text = '';
    const options = { onOutput: (chunk: OutputChunk) => (text += chunk.text) };
    await expectError(session.run('echo last words; exit 4', options), 'SESSION_ENDED');
    assert.equal(text, 'last words\n');
  });

  test('shows the output of a program that is waited for', async (context) => {
    const session = await openSession(context, kind);
    await session.run('echo ready; read line; echo got $line; read line; echo bye', { expect: 'ready\n' });
    let text = '';
    const onOutput = (chunk: OutputChunk) => (text += chunk.text);
    await session.send('one\n');
    await session.waitFor(/got one\s/, { onOutput });
    await session.send('two\n');
    await session.waitFor('never there', { onOutput });
    assert.match(text, /got one\r?\n(?:.|\n)*bye\r?\n$/);
  });
}

/** Cursors count all bytes, both streams together. */
function assertInOrder(chunks: readonly OutputChunk[]): void {
  let next = 0;
  for (const { cursor, data } of chunks) {
    assert.equal(cursor, next);
    next += data.length;
  }
}
