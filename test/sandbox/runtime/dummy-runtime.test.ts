import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { readEvents, textOf } from '../../../src/testing/contract/read-events.ts';

test('answers everything with an empty success by default', async () => {
  const runtime = new DummyRuntime();
  const result = await runtime.execute(['rm', '-rf', '/']);
  assert.deepEqual([result.output, result.exitCode, result.signal], ['', 0, null]);
  const session = await runtime.createSession();
  const observation = await session.run('make');
  assert.deepEqual([observation.output, observation.exitCode, observation.matched], ['', 0, undefined]);
  assert.deepEqual(await (await runtime.spawn('make')).wait(), { exitCode: 0, signal: null, reason: 'exit' });
});

test('answers each time with one output', async () => {
  const runtime = new DummyRuntime({ outputs: { output: 'same', exitCode: 3 } });
  await runtime.createSession();
  assert.equal((await runtime.execute('a')).stdout, 'same');
  assert.equal((await runtime.runInSession({ command: 'b' })).exitCode, 3);
  assert.equal((await runtime.runInSession({ command: 'c' })).output, 'same');
});

test('uses up a list of outputs, then names the command it has no answer for', async () => {
  const runtime = new DummyRuntime({ outputs: ['one', { exitCode: 2 }] });
  await runtime.createSession();
  assert.equal(runtime.remaining, 2);
  assert.equal((await runtime.execute(['first'])).output, 'one');
  assert.equal((await runtime.runInSession({ command: 'second' })).exitCode, 2);
  assert.equal(runtime.remaining, 0);
  const calls = [
    runtime.execute(['git', 'status']),
    runtime.spawn('git status'),
    runtime.runInSession({ command: 'git status' }),
  ];
  for (const { context } of await Promise.all(calls.map((call) => expectError(call, 'DUMMY_EXHAUSTED')))) {
    assert.equal(context.command, 'git status');
  }
});

test('answers by pattern before outputs, and uses none of them up', async () => {
  const runtime = new DummyRuntime({
    outputs: ['from the list'],
    on: [
      ['git status', 'clean\n'],
      [/^npm (\w+)/, ({ match }) => ({ stdout: `ran ${match?.[1]}`, exitCode: match?.[1] === 'test' ? 1 : 0 })],
    ],
  });
  assert.equal((await runtime.execute(['git', 'status'])).stdout, 'clean\n');
  assert.equal((await runtime.execute('git status')).stdout, 'clean\n');
  const tested = await runtime.execute(['npm', 'test', '--', 'x']);
  assert.deepEqual([tested.stdout, tested.exitCode], ['ran test', 1]);
  assert.equal((await runtime.execute('git status --short')).stdout, 'from the list');
});

test('prefers handlers that were added later, until they are removed', async () => {
  const runtime = new DummyRuntime({ on: [[/./g, 'general']] });
  const handler = runtime.on('date', async () => 'today');
  assert.equal((await runtime.execute('date')).stdout, 'today');
  handler[Symbol.dispose]();
  assert.equal((await runtime.execute('date')).stdout, 'general');
  assert.equal((await runtime.execute('date')).stdout, 'general');
});

test('throws what an answer is or a handler throws', async () => {
  const failure = new RexError('CONNECTION_FAILED', 'gone', { url: 'http://x', reason: 'reset' });
  const runtime = new DummyRuntime({ outputs: [failure] });
  runtime.on('boom', () => {
    throw new Error('boom');
  });
  await assert.rejects(runtime.execute('x'), failure);
  await assert.rejects(runtime.execute('boom'), { message: 'boom' });
  await assert.rejects((await runtime.spawn('boom')).wait(), { message: 'boom' });
});

test('tells streams apart or merges them as it is asked to', async () => {
  const runtime = new DummyRuntime({ outputs: { stdout: 'out\n', stderr: 'err\n' } });
  const apart = await runtime.execute('x');
  assert.deepEqual([apart.stdout, apart.stderr, apart.output], ['out\n', 'err\n', 'out\nerr\n']);
  const merged = await runtime.execute('x', { streams: 'merged' });
  assert.deepEqual([merged.stdout, merged.stderr], ['out\nerr\n', '']);
  const session = await runtime.createSession();
  assert.equal((await session.run('x')).stdout, 'out\nerr\n');
});

test('cuts outputs and raises failures as a real runtime does', async () => {
  const runtime = new DummyRuntime({ outputs: { stdout: 'x'.repeat(1_000), exitCode: 4 } });
  const cut = await runtime.execute('x', { maxOutputBytes: 100 });
  assert.deepEqual([cut.truncated, cut.outputBytes], [true, 1_000]);
  const { context } = await expectError(runtime.execute('x', { check: 'raise' }), 'COMMAND_FAILED');
  assert.equal(context.exitCode, 4);
  const session = await runtime.createSession();
  await expectError(session.run('x', { check: 'raise' }), 'COMMAND_FAILED');
});

test('lets a command hang until its limits end it, and tells the handler', async () => {
  const runtime = new DummyRuntime();
  const aborted: string[] = [];
  runtime.on(/^hang/, ({ signal, text }) => {
    signal.addEventListener('abort', () => aborted.push(text));
    return new Promise(() => {});
  });
  await expectError(runtime.execute('hang 1', { timeoutMs: 5 }), 'COMMAND_TIMEOUT');
  await expectError(runtime.execute('hang 2', { idleTimeoutMs: 5 }), 'COMMAND_IDLE_TIMEOUT');
  const controller = new AbortController();
  const given = expectError(runtime.execute('hang 3', { signal: controller.signal }), 'COMMAND_ABORTED');
  controller.abort();
  await given;
  const session = await runtime.createSession();
  await expectError(session.run('hang 4', { timeoutMs: 5 }), 'COMMAND_TIMEOUT');
  const handle = await runtime.spawn('hang 5');
  assert.deepEqual(await handle.kill(), { exitCode: null, signal: 'SIGTERM', reason: 'kill' });
  assert.deepEqual(aborted, ['hang 1', 'hang 2', 'hang 3', 'hang 4', 'hang 5']);
  assert.equal((await session.run('fine')).exitCode, 0);
});

test('ends a hanging run by interrupt and by close', async () => {
  const runtime = new DummyRuntime({ on: [['hang', () => new Promise(() => {})]] });
  const session = await runtime.createSession();
  const interrupted = session.run('hang');
  await new Promise(setImmediate);
  assert.equal(session.state, 'busy');
  await session.interrupt();
  assert.equal((await interrupted).exitCode, 130);
  const closed = expectError(session.run('hang'), 'SESSION_ENDED');
  await new Promise(setImmediate);
  await session.close();
  await closed;
});

test('plays an interactive program', async () => {
  const runtime = new DummyRuntime({
    outputs: ['Python 3\n>>> ', { output: '42\n', matched: '>>> ' }, { exitCode: 0 }],
  });
  const session = await runtime.createSession();
  const started = await session.run('python3', { expect: ['???', />>> $/] });
  assert.deepEqual([started.output, started.matched, started.exitCode], ['Python 3\n', '>>> ', null]);
  assert.deepEqual(started.pattern, />>> $/);
  assert.equal(session.state, 'running');
  assert.equal((await expectError(session.run('ls'), 'SESSION_BUSY')).context.running, 'python3');
  const answer = await session.run('6 * 7', { interactive: true, expect: '>>> ' });
  assert.deepEqual([answer.output, answer.matched, answer.pattern], ['42\n', '>>> ', '>>> ']);
  await session.send('raw');
  assert.equal((await session.run('exit()', { interactive: true })).exitCode, 0);
  assert.equal(session.state, 'idle');
  await expectError(session.send('nobody'), 'PROCESS_ENDED');
});

test('ends a session whose answer says so', async () => {
  const context = {
    session: 'default',
    command: 'exit',
    output: '',
    stdout: '',
    stderr: '',
    exitCode: 7,
    signal: null,
  };
  const runtime = new DummyRuntime({ on: [['exit', new RexError('SESSION_ENDED', 'the shell exited', context)]] });
  const session = await runtime.createSession();
  await expectError(session.run('exit'), 'SESSION_ENDED');
  assert.deepEqual([session.state, await runtime.sessions()], ['closed', []]);
  await runtime.createSession();
});

test('keeps a process with an open input until it is closed', async () => {
  const runtime = new DummyRuntime({ outputs: 'ready\n' });
  const handle = await runtime.spawn('cat', { stdin: 'pipe' });
  await handle.waitFor('ready');
  await handle.write('hello');
  assert.equal(handle.exit, undefined);
  await handle.closeInput();
  assert.equal((await handle.result()).stdout, 'ready\n');
  await expectError(handle.write('late'), 'PROCESS_ENDED');
  const attached = await runtime.attach(handle.id);
  assert.equal(textOf(await readEvents(attached)), 'ready\n');
  assert.deepEqual(await runtime.processes(), [{ id: handle.id, command: 'cat', pid: undefined, running: false }]);
});

test('records every call with its options', async () => {
  const runtime = new DummyRuntime();
  await runtime.execute(['ls', '-l'], { cwd: '/tmp' });
  const session = await runtime.createSession({ session: 's' });
  await session.run('make', { timeoutMs: 1_000 });
  await session.interrupt();
  const handle = await runtime.spawn('cat', { stdin: 'pipe' });
  await handle.write('x');
  await runtime.closeSession('s');
  assert.deepEqual(runtime.calls, [
    { operation: 'execute', command: ['ls', '-l'], session: undefined, options: { cwd: '/tmp' } },
    { operation: 'createSession', command: '', session: 's', options: { session: 's' } },
    { operation: 'run', command: 'make', session: 's', options: { timeoutMs: 1_000 } },
    { operation: 'interrupt', command: '', session: 's', options: {} },
    { operation: 'spawn', command: 'cat', session: undefined, options: { stdin: 'pipe' } },
    { operation: 'write', command: 'x', session: undefined, options: { id: handle.id } },
    { operation: 'closeSession', command: '', session: 's', options: {} },
  ]);
});

test('ends everything that hangs when it is closed', async () => {
  const runtime = new DummyRuntime({ outputs: { stdout: '' }, on: [['hang', () => new Promise(() => {})]] });
  const executing = expectError(runtime.execute('hang'), 'RUNTIME_CLOSED');
  const handle = await runtime.spawn('hang');
  await runtime.close();
  await executing;
  assert.equal((await handle.wait()).reason, 'close');
});
