import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { type Served, serveLocal, token } from '../server/serving.ts';

let served: Served;
let client: RemoteRuntime;
let directory: string;

before(async () => {
  served = await serveLocal();
  client = served.connect();
  directory = await mkdtemp(join(tmpdir(), 'rex-remote-'));
});

after(async () => {
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('finds its server by url, by host and port, and by host with a scheme', async () => {
  const { url, host, port } = served.server;
  for (const options of [
    { url },
    { host, port },
    { host: `http://${host}`, port },
    { host: `http://${host}:${port}` },
  ]) {
    await using other = new RemoteRuntime({ ...options, token });
    assert.deepEqual(await other.isAlive(), { isAlive: true, message: '' });
  }
  assert.throws(
    () => new RemoteRuntime({ url: 'http://' }),
    (error) => RexError.is(error, 'INVALID_ARGUMENT'),
  );
});

test('executes with every option, and knows the command it ran', async () => {
  const result = await client.execute('cat; echo "$A $B" >&2; pwd; exit 3', {
    stdin: 'in\n',
    env: { A: 'x', B: undefined },
    cwd: '/usr',
  });
  assert.equal(result.command, 'cat; echo "$A $B" >&2; pwd; exit 3');
  assert.deepEqual([result.stdout, result.stderr, result.exitCode], ['in\n/usr\n', 'x \n', 3]);
  assert.equal(result.outputBytes, result.output.length);
  const bytes = await client.execute(['od', '-An', '-tx1'], { stdin: Uint8Array.of(0, 255, 10) });
  assert.equal(bytes.stdout.trim(), '00 ff 0a');
});

test('reads streamed input at its own pace', async () => {
  async function* lines() {
    for (let index = 0; index < 1_000; index++) yield `${index}\n`;
  }
  assert.equal((await client.execute(['wc', '-l'], { stdin: lines() })).stdout.trim(), '1000');
  await assert.rejects(client.execute('cat; exit 4', { stdin: lines(), check: 'raise' }), (error) => {
    return RexError.is(error, 'COMMAND_FAILED') && error.context.exitCode === 4;
  });
  assert.equal((await client.execute(['wc', '-c'], { stdin: 'x'.repeat(3_000_000) })).stdout.trim(), '3000000');
});

test('carries errors over as they are', async () => {
  const failed = await client.execute('echo out; exit 7', { check: 'raise' }).catch((error: unknown) => error);
  assert.ok(RexError.is(failed, 'COMMAND_FAILED'));
  assert.deepEqual([failed.context.exitCode, failed.context.stdout], [7, 'out\n']);
  assert.ok(failed.hint);
  const late = await client.execute('echo partial; sleep 30', { timeoutMs: 300 }).catch((error: unknown) => error);
  assert.ok(RexError.is(late, 'COMMAND_TIMEOUT'));
  assert.deepEqual([late.context.timeoutMs, late.context.output, late.retryable], [300, 'partial\n', true]);
  await assert.rejects(client.execute(['nonexistent-program']), (error) => {
    return RexError.is(error, 'COMMAND_NOT_STARTED') && error.context.errno === 'ENOENT';
  });
});

test('an abort cancels the command at the server, with what it printed', async () => {
  const stop = new AbortController();
  const session = await client.createSession({ session: 'aborting' });
  const marker = join(directory, 'started');
  const running = client.execute(`echo before; touch ${marker}; sleep 60`, { signal: stop.signal });
  await session.run(`until [ -e ${marker} ]; do sleep 0.01; done`);
  stop.abort();
  await assert.rejects(
    running,
    (error) => RexError.is(error, 'COMMAND_ABORTED') && error.context.output === 'before\n',
  );
  await session.close();
  const early = client.execute('true', { signal: AbortSignal.abort(new Error('never')) });
  await assert.rejects(early, (error) => RexError.is(error, 'COMMAND_ABORTED') && error.cause instanceof Error);
});

test('follows a process, writes to it, and attaches from another client', async () => {
  const started = await client.spawn('while read line; do echo "got $line"; done; echo end >&2', { stdin: 'pipe' });
  await started.write('one\n');
  const match = await started.waitFor(/got (\w+)/);
  assert.deepEqual([match.text, match.groups[0]], ['got one', 'one']);
  const other = await served.connect().attach(started.id);
  assert.deepEqual(other.command, started.command);
  await Promise.all([started.write('two\n'), started.write('three\n')]);
  await started.closeInput();
  assert.deepEqual(await other.wait(), { exitCode: 0, signal: null, reason: 'exit' });
  const seen: string[] = [];
  for await (const event of other) {
    if (event.type === 'output') seen.push(`${event.stream}@${event.cursor}: ${Buffer.from(event.data)}`);
  }
  assert.equal(seen.map((line) => line.replace(/^.*?: /, '')).join(''), 'got one\ngot two\ngot three\nend\n');
  assert.equal((await started.result()).stderr, 'end\n');
  const listed = (await client.processes()).find(({ id }) => id === started.id);
  assert.equal(listed?.running, false);
});

test('reads from a cursor, with and without waiting for more', async () => {
  const started = await client.spawn('printf 0123456789; sleep 60');
  await started.waitFor('9');
  const pieces: string[] = [];
  for await (const event of started.read({ after: 4, follow: false })) {
    if (event.type === 'output') pieces.push(Buffer.from(event.data).toString());
  }
  assert.equal(pieces.join(''), '456789');
  assert.deepEqual(await started.kill(), { exitCode: null, signal: 'SIGTERM', reason: 'kill' });
  assert.equal(started.exit?.signal, 'SIGTERM');
});

test('waits end in time, and leave the process alone', async () => {
  await using started = await client.spawn('echo up; sleep 60');
  await started.waitFor('up');
  await assert.rejects(started.wait({ timeoutMs: 30 }), (error) => RexError.is(error, 'WAIT_TIMEOUT'));
  await assert.rejects(started.waitFor('never', { timeoutMs: 30 }), (error) => RexError.is(error, 'WAIT_TIMEOUT'));
  const stop = new AbortController();
  const waiting = started.wait({ signal: stop.signal });
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  assert.equal(started.exit, undefined);
});

test('ends a process by its signal, its limits and its block', async () => {
  const stop = new AbortController();
  const aborted = await client.spawn('sleep 60', { signal: stop.signal });
  stop.abort();
  assert.equal((await aborted.wait()).reason, 'abort');
  await assert.rejects(aborted.result(), (error) => RexError.is(error, 'COMMAND_ABORTED'));
  const silent = await client.spawn('sleep 60', { idleTimeoutMs: 50 });
  assert.equal((await silent.wait()).reason, 'idle');
  let pid: number | undefined;
  {
    await using scoped = await client.spawn('sleep 60');
    pid = scoped.pid;
  }
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
});

test('unknown processes are no processes', async () => {
  await assert.rejects(client.attach('p0-nobody'), (error) => RexError.is(error, 'PROCESS_NOT_FOUND'));
});

test('sessions keep their state, in the order of the calls', async () => {
  await using session = await client.createSession({ session: 'state', cwd: '/usr', env: { GREETING: 'hi' } });
  assert.ok(Number(session.pid) > 0);
  const calls = Array.from({ length: 20 }, (_, index) => session.run(`log="$log ${index}"; echo $log`));
  assert.equal(session.state, 'busy');
  const last = (await Promise.all(calls)).at(-1);
  assert.equal(last?.output, `${Array.from({ length: 20 }, (_, index) => index).join(' ')}\n`);
  assert.equal(session.state, 'idle');
  assert.equal((await session.run('pwd; echo $GREETING')).output, '/usr\nhi\n');
  assert.ok((await client.sessions()).includes('state'));
  assert.equal(client.session('state').name, 'state');
});

test('scripts may be bytes, and results tell both streams apart', async () => {
  await using session = await client.createSession({ session: 'bytes', streams: 'separate' });
  const script = Buffer.concat([
    Buffer.from("printf '%s' '"),
    Buffer.of(0xff, 0xe4),
    Buffer.from("' | od -An -tx1; echo e >&2"),
  ]);
  const observation = await session.run(script);
  assert.deepEqual([observation.stdout.trim(), observation.stderr], ['ff e4', 'e\n']);
});

test('gives back the very pattern that matched', async () => {
  await using session = await client.createSession({ session: 'patterns' });
  const patterns = ['never', /na(m)e\? /] as const;
  const script = 'printf "name? "; read -r name; echo "hello $name"; read -r rest';
  const asked = await session.run(script, { expect: patterns, interactive: true, timeoutMs: 10_000 });
  assert.equal(asked.pattern, patterns[1]);
  assert.deepEqual([asked.matched, asked.exitCode, session.state], ['name? ', null, 'running']);
  await session.send('rex\n');
  const answer = await session.waitFor('hello rex', { timeoutMs: 10_000 });
  assert.equal(answer.pattern, 'hello rex');
  assert.equal((await session.run('', { interactive: true, timeoutMs: 10_000 })).exitCode, 0);
});

test('a shell that ends says how, and frees its name', async () => {
  const session = await client.createSession({ session: 'ending' });
  await assert.rejects(session.run('echo last; exit 5'), (error) => {
    return RexError.is(error, 'SESSION_ENDED') && error.context.exitCode === 5 && error.context.output === 'last\n';
  });
  assert.equal(session.state, 'closed');
  await assert.rejects(session.run('echo'), (error) => RexError.is(error, 'SESSION_ENDED'));
  await using again = await client.createSession({ session: 'ending' });
  assert.equal((await again.run('echo back')).output, 'back\n');
  await session.close();
  assert.equal(again.state, 'idle');
});

test('knows SWE-ReX’s operations by name', async () => {
  await client.createSession({ session: 'named' });
  assert.equal((await client.runInSession({ session: 'named', command: 'echo hi' })).output, 'hi\n');
  assert.equal((await client.runInSession({ type: 'interrupt', session: 'named' })).output, '');
  await assert.rejects(client.createSession({ session: 'named' }), (error) => RexError.is(error, 'SESSION_EXISTS'));
  await client.closeSession('named');
  const missing = (error: unknown) => RexError.is(error, 'SESSION_NOT_FOUND');
  await assert.rejects(client.closeSession('named'), missing);
  await assert.rejects(client.runInSession({ session: 'named', command: 'echo' }), missing);
  assert.throws(() => client.session('named'), missing);
});

test('finds sessions of others by listing them', async () => {
  await using session = await client.createSession({ session: 'shared' });
  await session.run('x=shared');
  const other = served.connect();
  assert.throws(
    () => other.session('shared'),
    (error) => RexError.is(error, 'SESSION_NOT_FOUND'),
  );
  assert.ok((await other.sessions()).includes('shared'));
  assert.equal((await other.session('shared').run('echo $x')).output, 'shared\n');
});

test('closing ends what the client started, and nothing of others', async () => {
  const other = served.connect();
  const mine = await client.createSession({ session: 'mine' });
  const theirs = await other.createSession({ session: 'theirs' });
  const started = await other.spawn('sleep 60');
  const executing = other.execute('sleep 60').catch((error: unknown) => error);
  await other.isAlive();
  await other.close();
  await other.close();
  assert.ok(RexError.is(await executing));
  assert.throws(() => process.kill(Number(theirs.pid), 0), { code: 'ESRCH' });
  assert.throws(() => process.kill(Number(started.pid), 0), { code: 'ESRCH' });
  assert.equal((await mine.run('echo alive')).output, 'alive\n');
  await mine.close();
  await assert.rejects(other.execute('true'), (error) => RexError.is(error, 'RUNTIME_CLOSED'));
  assert.deepEqual(await other.isAlive(), { isAlive: false, message: 'the runtime is closed' });
});

test('isAlive says why not and never throws; waitUntilAlive throws', async () => {
  const wrong = served.connect({ token: 'wrong' });
  const health = await wrong.isAlive();
  assert.equal(health.isAlive, false);
  assert.match(health.message, /token/);
  await assert.rejects(wrong.waitUntilAlive(), (error) => RexError.is(error, 'UNAUTHORIZED'));
  await assert.rejects(wrong.execute('true'), (error) => RexError.is(error, 'UNAUTHORIZED'));
  await using nobody = new RemoteRuntime({ port: 1, retries: 0 });
  assert.equal((await nobody.isAlive()).isAlive, false);
  await assert.rejects(nobody.waitUntilAlive({ timeoutMs: 10 }), (error) => RexError.is(error, 'CONNECTION_FAILED'));
  await assert.rejects(nobody.execute('true'), (error) => RexError.is(error, 'CONNECTION_FAILED'));
  await client.waitUntilAlive();
});
