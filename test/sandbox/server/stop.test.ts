import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { serve } from '../../../src/sandbox/server/serve.ts';
import { serveLocal, token } from './serving.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('stop ends what clients started and nothing else, answers them, and can be called twice', async () => {
  await using runtime = new LocalRuntime();
  const server = await serve(runtime, { token });
  await using client = new RemoteRuntime({ url: server.url, token, retries: 0 });
  const own = await runtime.createSession({ session: 'own' });
  const session = await client.createSession({ session: 'theirs' });
  const started = await client.spawn(['sleep', '60']);
  const events = started.read()[Symbol.asyncIterator]();
  const next = events.next().catch((error: unknown) => error);
  const running = session.run('echo started; sleep 60');
  const executing = client.execute('sleep 60');
  const pids = [session.pid, started.pid].map(Number);
  assert.ok(pids.every(isRunning));
  const calls: readonly Promise<unknown>[] = [running, executing];
  const failures = Promise.all(
    calls.map((call) =>
      call.then(
        () => 'ended well',
        (error: unknown) => error,
      ),
    ),
  );
  await Promise.all([server.stop(), server.stop()]);
  for (const error of await failures) assert.ok(RexError.is(error), String(error));
  await next;
  assert.ok(!pids.some(isRunning));
  assert.equal((await own.run('echo still here')).output, 'still here\n');
  assert.equal((await client.isAlive()).isAlive, false);
});

test('stop closes connections that say nothing', async () => {
  const served = await serveLocal();
  const socket = createConnection(served.server.port, '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await served[Symbol.asyncDispose]();
  await closed;
});

test('a port that is taken is an error of the start', async () => {
  await using served = await serveLocal();
  await using runtime = new LocalRuntime();
  await assert.rejects(serve(runtime, { token, port: served.server.port }), { code: 'EADDRINUSE' });
});
