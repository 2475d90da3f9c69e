import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isUsageError } from '../../src/cli/failure.ts';
import { serveCommand } from '../../src/cli/serve.ts';
import { RexError } from '../../src/core/errors.ts';
import { RemoteRuntime } from '../../src/sandbox/runtime/remote-runtime.ts';
import { runCli } from './serving-process.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for processes that nobody reports the end of. */
async function awaitEnd(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (pids.some(isRunning)) {
    assert.ok(performance.now() < deadline, `still running: ${pids.filter(isRunning)}`);
    await delay(20);
  }
}

test('serves with the secret of its environment, which no command sees, until it is asked to end', async () => {
  await using cli = runCli(['serve', '--port', '0'], { HRM_REX_TOKEN: 'from the environment' });
  const url = await cli.address();
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  await using client = new RemoteRuntime({ url, token: 'from the environment' });
  await using session = await client.createSession();
  assert.equal((await session.run('echo "[$HRM_REX_TOKEN]"')).output, '[]\n');
  const started = await client.spawn('trap "" TERM HUP; sleep 300');
  const nested = (await session.run('setsid sleep 300 & echo $!')).output;
  const pids = [Number(session.pid), Number(started.pid), Number(nested)];
  assert.ok(pids.every(isRunning));
  cli.child.kill('SIGTERM');
  const { code, stdout, stderr } = await cli.ended;
  assert.deepEqual([code, stdout, stderr], [0, `hrm-rex serve: listening on ${url}\n`, '']);
  await awaitEnd(pids);
});

test('killed on the spot, it leaves no process, and its client knows that it does not know', async () => {
  await using cli = runCli(['serve', '--port', '0', '--auth-token', 'visible']);
  await using client = new RemoteRuntime({ url: await cli.address(), token: 'visible', retryDelayMs: 1 });
  const session = await client.createSession();
  const started = await client.spawn('sleep 300');
  const pids = [Number(session.pid), Number(started.pid)];
  const running = session.run('echo begun; sleep 300');
  const events = started.read()[Symbol.asyncIterator]();
  const next = events.next();
  next.catch(() => {});
  await client.execute('true');
  cli.child.kill('SIGKILL');
  await assert.rejects(running, (error) => RexError.is(error, 'OUTCOME_UNKNOWN'));
  await assert.rejects(next, (error) => RexError.is(error, 'CONNECTION_FAILED'));
  await awaitEnd(pids);
});

test('holds no large body in memory, on its way in or out', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rex-large-'));
  try {
    await using cli = runCli(['serve', '--port', '0', '--auth-token', 'x', '--cwd', directory]);
    const url = await cli.address();
    await using client = new RemoteRuntime({ url, token: 'x' });
    const residentBytes = async () => {
      const response = await fetch(`${url}/rex/v1/metrics`, { headers: { 'x-api-key': 'x' } });
      return Number(/^hrm_rex_resident_bytes (\d+)$/m.exec(await response.text())?.[1]);
    };
    await client.files.write('small', 'x');
    const before = await residentBytes();
    const piece = Buffer.alloc(64 * 1024, 'x');
    async function* pieces() {
      for (let index = 0; index < 4_096; index++) yield piece;
    }
    await client.files.write('large', pieces());
    let length = 0;
    for await (const part of client.files.readStream('large')) length += part.length;
    assert.equal(length, 268_435_456);
    assert.ok((await residentBytes()) - before < 128 * 1024 * 1024);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('takes its secret from a file, and its directory from a flag', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rex-cli-'));
  try {
    await writeFile(join(directory, 'token'), 'from a file\n');
    await using cli = runCli(['serve', '--port', '0', '--token-file', join(directory, 'token'), '--cwd', directory]);
    await using client = new RemoteRuntime({ url: await cli.address(), token: 'from a file' });
    assert.equal((await client.execute('ls')).stdout, 'token\n');
    cli.child.kill('SIGINT');
    assert.equal((await cli.ended).code, 0);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('takes swerex-remote’s flags, the empty secret included', async () => {
  await using cli = runCli(['serve', '--host', '127.0.0.1', '--port', '0', '--auth-token', '']);
  await using client = new RemoteRuntime({ url: await cli.address() });
  assert.deepEqual(await client.isAlive(), { isAlive: true, message: '' });
});

test('refuses what does not fit, and says what would', async () => {
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['--port', 'many', '--no-auth'], /--port takes a whole number/],
    [['--bogus'], /--bogus/],
    [['-v', '--port', '0'], /stands alone/],
    [['--token-file', '/nonexistent/token'], /cannot read \/nonexistent\/token/],
    [['--no-auth', '--tls-cert', 'x'], /go together/],
  ];
  for (const [args, message] of cases) {
    await assert.rejects(serveCommand(args), (error) => isUsageError(error) && message.test((error as Error).message));
  }
});

test('ends with code 2 and one sentence when it is used wrongly', async () => {
  const refuse = async (args: readonly string[], message: RegExp) => {
    await using cli = runCli(args);
    const { code, stdout, stderr } = await cli.ended;
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
  };
  await Promise.all([
    refuse(['serve', '--port', '0'], /HRM_REX_TOKEN/),
    refuse(['nonsense'], /unknown command nonsense/),
  ]);
});

test('prints its version and its help', async () => {
  const print = async (args: readonly string[], printed: RegExp) => {
    await using cli = runCli(args);
    const { code, stdout } = await cli.ended;
    assert.equal(code, 0);
    assert.match(stdout, printed);
  };
  const version = /^\d+\.\d+\.\d+\S*\n$/;
  await Promise.all([
    print(['--version'], version),
    print(['serve', '-v'], version),
    print(['serve', '--help'], /--auth-token TOKEN/),
  ]);
});
