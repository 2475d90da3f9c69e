import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import {
  closeSessionRequest,
  createSessionRequest,
  executeRequest,
  readFileRequest,
  sessionAction,
  writeFileRequest,
} from '../../../src/sandbox/protocol/swe-rex-requests.ts';
import { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { exception, type FakeSweRex, observation, startFakeSweRex } from './fake-swe-rex.ts';

let fake: FakeSweRex;
let client: RemoteRuntime;

const schemas = {
  '/create_session': createSessionRequest,
  '/run_in_session': sessionAction,
  '/close_session': closeSessionRequest,
  '/execute': executeRequest,
  '/read_file': readFileRequest,
  '/write_file': writeFileRequest,
} as const;

beforeEach(async () => {
  fake = await startFakeSweRex('testkey');
  client = new RemoteRuntime({ url: fake.url, token: 'testkey', retries: 2, retryDelayMs: 1 });
});

/** Whatever a test did, its requests are ones that the Python server takes. */
afterEach(async () => {
  await client.close();
  for (const { path, body, headers } of fake.requests) {
    if (path in schemas) schemas[path as keyof typeof schemas].parse(body);
    if (path in schemas) assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
    assert.equal(headers.connection, path === '/is_alive' || path === '/rex/v1' ? 'keep-alive' : 'close');
  }
  await fake[Symbol.asyncDispose]();
});

function last(path: string) {
  return fake.requests.filter((request) => request.path === path).at(-1)?.body;
}

test('falls back to SWE-ReX’s routes when there are no others', async () => {
  assert.deepEqual(await client.isAlive(), { isAlive: true, message: '' });
  const result = await client.execute(['echo', 'hi']);
  assert.deepEqual([result.stdout, result.output, result.exitCode], ['hi\n', 'hi\n', 0]);
  assert.equal(fake.requests.filter(({ path }) => path === '/rex/v1').length, 1);
});

test('finds the errors behind recorded exceptions', async () => {
  await assert.rejects(client.execute(['nonexistentprog']), (error) => {
    return (
      RexError.is(error, 'COMMAND_NOT_STARTED') && error.context.errno === 'ENOENT' && /Errno 2/.test(error.message)
    );
  });
  await assert.rejects(client.readFile('/nonexistent/q'), (error) => RexError.is(error, 'FILE_NOT_FOUND'));
  await assert.rejects(client.readFile('/tmp/tmp0wzt_ycu'), (error) => RexError.is(error, 'IS_DIRECTORY'));
  const nope = { session: 'nope', command: 'echo' };
  await assert.rejects(client.runInSession(nope), (error) => RexError.is(error, 'SESSION_NOT_FOUND'));
});

test('runs commands in sessions, with their exit codes', async () => {
  const session = await client.createSession();
  assert.equal(session.startupOutput, 'root@vm:/tmp# ');
  assert.equal((await session.run('echo hi', { timeoutMs: 5_000 })).output, 'hi\n');
  assert.deepEqual(
    { ...last('/run_in_session'), action_type: '' },
    {
      action_type: '',
      command: 'echo hi',
      session: 'default',
      timeout: 5,
      check: 'silent',
      expect: [],
      error_msg: '',
      is_interactive_command: false,
      is_interactive_quit: false,
    },
  );
  fake.script('/run_in_session', observation('', 3));
  await assert.rejects(session.run('exit 3', { check: 'raise' }), (error) => {
    return RexError.is(error, 'COMMAND_FAILED') && error.context.exitCode === 3;
  });
  await assert.rejects(session.run('(a'), (error) => {
    return RexError.is(error, 'SESSION_SYNTAX') && /unexpected end of file/.test(error.context.stderr);
  });
  assert.equal(client.session().state, 'idle');
});

test('stops what ran out of time, and brings what it printed', async () => {
  const session = await client.createSession();
  fake.script(
    '/run_in_session',
    exception('swerex.exceptions.CommandTimeoutError', 'timeout after 0.1 seconds'),
    observation('partial', 0),
  );
  await assert.rejects(session.run('echo partial; sleep 3', { timeoutMs: 100 }), (error) => {
    return (
      RexError.is(error, 'COMMAND_TIMEOUT') && error.context.output === 'partial' && error.context.timeoutMs === 100
    );
  });
  assert.equal(last('/run_in_session').action_type, 'bash_interrupt');
});

test('sends patterns as Python’s, and gives back the one that matched', async () => {
  const session = await client.createSession();
  const patterns = ['(gdb) ', /^>>> /m] as const;
  fake.script('/run_in_session', observation('Python 3', 0, '(?m)^>>> '));
  const prompt = await session.run('python', { expect: patterns, interactive: true });
  assert.deepEqual(last('/run_in_session').expect, ['\\(gdb\\) ', '(?m)^>>> ']);
  assert.deepEqual([prompt.pattern, prompt.exitCode, session.state], [patterns[1], null, 'running']);
  fake.script('/run_in_session', observation('', 0), observation('', 7));
  const quit = await session.run('exit(7)', { interactive: true });
  assert.deepEqual([quit.exitCode, quit.pattern, session.state], [7, undefined, 'idle']);
  assert.equal(last('/run_in_session').command, '(exit $?)');
});

test('sets directory and variables that SWE-ReX cannot', async () => {
  fake.script('/run_in_session', observation('', 0));
  await client.createSession({
    cwd: "/it's",
    env: { A: 'x y', B: undefined },
    startupSource: ['/rc'],
    startupTimeoutMs: 2_000,
  });
  assert.equal(last('/run_in_session').command, "cd -- '/it'\\''s' && export A='x y' && unset -v B");
  assert.deepEqual([last('/create_session').startup_source, last('/create_session').startup_timeout], [['/rc'], 2]);
  fake.script('/run_in_session', observation('no such directory', 1));
  await assert.rejects(client.createSession({ session: 'other', cwd: '/nowhere' }), (error) => {
    return RexError.is(error, 'SESSION_START_FAILED') && error.context.output === 'no such directory';
  });
  assert.deepEqual(last('/close_session'), { session: 'other', session_type: 'bash' });
});

test('adds variables to a command, or replaces them all', async () => {
  await client.execute('echo $A', { env: { A: '1', B: undefined }, cwd: '/x', timeoutMs: 500 });
  const { command, shell, env, cwd, timeout } = last('/execute');
  assert.deepEqual(command, ['/usr/bin/env', '-u', 'B', 'A=1', '/bin/sh', '-c', 'echo $A']);
  assert.deepEqual([shell, env, cwd, timeout], [false, null, '/x', 0.5]);
  await client.execute(['env'], { env: { A: '1' }, inheritEnv: false });
  assert.deepEqual([last('/execute').command, last('/execute').env], [['env'], { A: '1' }]);
  fake.script('/execute', { status: 200, body: '{"stdout":"","stderr":"","exit_code":-9}' });
  const killed = await client.execute('kill -9 $$');
  assert.deepEqual([killed.exitCode, killed.signal], [null, 'SIGKILL']);
  fake.script('/execute', {
    status: 200,
    body: JSON.stringify({ stdout: 'x'.repeat(1_000), stderr: '', exit_code: 0 }),
  });
  const cut = await client.execute('yes', { maxOutputBytes: 100 });
  assert.match(cut.output, /^x{50}\n\[\.\.\. 900 bytes omitted \.\.\.\]\nx{50}$/);
  assert.deepEqual([cut.truncated, cut.outputBytes], [true, 1_000]);
});

test('reads and writes texts, uploads files and zipped directories', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rex-fallback-'));
  try {
    assert.equal(await client.readFile('/tmp/tmp0wzt_ycu/x/w.txt'), 'héllo\n');
    await client.writeFile('/x', Buffer.from('häßlich'));
    assert.deepEqual(last('/write_file'), { path: '/x', content: 'häßlich' });
    await mkdir(join(directory, 'sub'));
    await writeFile(join(directory, 'sub/a.txt'), 'content');
    assert.deepEqual(await client.upload(join(directory, 'sub/a.txt'), '/target'), {
      files: 1,
      directories: 0,
      links: 0,
      bytes: 7,
    });
    assert.match(last('/upload'), /name="file"; filename="a\.txt"\r\n[^\0]*content\r\n--/);
    assert.match(last('/upload'), /name="unzip"\r\n\r\nfalse\r\n/);
    assert.equal((await client.upload(directory, '/target')).files, 1);
    assert.match(last('/upload'), /filename="zipped_transfer\.zip"\r\nContent-Type: application\/zip\r\n\r\nPK/);
    assert.match(last('/upload'), /name="target_path"\r\n\r\n\/target\r\n[\s\S]*name="unzip"\r\n\r\ntrue\r\n/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('names what a SWE-ReX server cannot do', async () => {
  const session = await client.createSession();
  const calls: readonly (() => Promise<unknown>)[] = [
    () => client.spawn('sleep 1'),
    () => client.attach('p'),
    () => client.processes(),
    () => client.sessions(),
    () => client.execute('cat', { stdin: 'x' }),
    () => client.execute('cat', { idleTimeoutMs: 5 }),
    () => client.createSession({ streams: 'separate' }),
    () => client.createSession({ loadRc: false }),
    () => client.createSession({ pty: { columns: 100, rows: 30 } }),
    () => session.run('x', { idleTimeoutMs: 5 }),
    () => session.run(Uint8Array.of(0xff)),
    () => session.waitFor('x'),
    () => session.send('x'),
    () => session.resize({ columns: 1, rows: 1 }),
    () => client.files.readBytes('/x'),
    () => client.files.stat('/x'),
    () => client.files.list('/x'),
    () => client.files.append('/x', ''),
    () => client.files.write('/x', Uint8Array.of(0xff)),
    () => client.files.readText('/x', { start: 5 }),
    () => client.files.readStream('/x')[Symbol.asyncIterator]().next(),
    () => client.files.watch('/x')[Symbol.asyncIterator]().next(),
    () => client.download('/x', '/y'),
  ];
  for (const call of calls) {
    await assert.rejects(
      call(),
      (error) => RexError.is(error, 'UNSUPPORTED') && error.context.feature !== '',
      String(call),
    );
  }
});

test('never sends again what may have arrived', async () => {
  await client.execute(['echo', 'hi']);
  fake.script('/execute', 'cut');
  await assert.rejects(client.execute(['echo', 'hi']), (error) => RexError.is(error, 'OUTCOME_UNKNOWN'));
  assert.equal(fake.requests.filter(({ path }) => path === '/execute').length, 2);
  const stop = new AbortController();
  fake.script('/execute', 'cut');
  const aborted = client.execute(['echo', 'hi'], { signal: stop.signal });
  stop.abort();
  await assert.rejects(aborted, (error) => error === stop.signal.reason || RexError.is(error, 'OUTCOME_UNKNOWN'));
});

test('closes its own sessions alone', async () => {
  await client.createSession({ session: 'mine' });
  await client.close();
  assert.deepEqual(last('/close_session'), { session: 'mine', session_type: 'bash' });
  assert.ok(!fake.requests.some(({ path }) => path === '/close'));
});

test('answers that are none of the protocol are errors, never results', async () => {
  for (const answer of [
    { status: 200, body: 'nonsense' },
    { status: 200, body: '{"stdout":5}' },
    { status: 500, body: 'Internal Server Error' },
    { status: 511, body: '{"other":1}' },
  ]) {
    fake.script('/execute', answer);
    await assert.rejects(client.execute(['true']), (error) => {
      return RexError.is(error, 'PROTOCOL_ERROR') && error.context.status === answer.status;
    });
  }
  fake.script('/execute', { status: 401, body: '{"detail":"Invalid API Key"}' });
  await assert.rejects(client.execute(['true']), (error) => RexError.is(error, 'UNAUTHORIZED'));
});
