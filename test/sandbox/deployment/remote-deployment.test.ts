import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { RemoteDeployment } from '../../../src/sandbox/deployment/remote-deployment.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { type RunningServer, serve } from '../../../src/sandbox/server/serve.ts';

const token = 'the token';

async function startServer(t: TestContext, port = 0): Promise<RunningServer> {
  const runtime = new LocalRuntime();
  const server = await serve(runtime, { token, port });
  t.after(async () => {
    await server.stop();
    await runtime.close();
  });
  return server;
}

/** A port of this machine that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a remote deployment runs commands on its server', async (t) => {
  const { url } = await startServer(t);
  await using deployment = await new RemoteDeployment({ url, token }).start();
  assert.equal((await deployment.runtime.execute(['echo', 'there'])).stdout, 'there\n');
  assert.equal((await deployment.isAlive()).isAlive, true);
});

test('a start waits for a server that comes later', async (t) => {
  const port = await freePort();
  const deployment = new RemoteDeployment({ port, token });
  const waiting = new Promise<void>((resolve) => void deployment.addHook({ onCustomStep: () => resolve() }));
  const starting = deployment.start();
  await waiting;
  await startServer(t, port);
  await using started = await starting;
  assert.equal((await started.isAlive()).isAlive, true);
});

test('a server that does not answer in time fails the start, with a hint', async () => {
  const deployment = new RemoteDeployment({ port: await freePort(), token, startupTimeoutMs: 50 });
  await assert.rejects(deployment.start(), (error) => {
    assert.ok(RexError.is(error, 'DEPLOYMENT_START_FAILED'), String(error));
    assert.match(error.hint ?? '', /hrm-rex serve/);
    assert.equal(error.retryable, true);
    return true;
  });
});

test('a token that the server refuses fails the start at once', async (t) => {
  const { url } = await startServer(t);
  await assert.rejects(new RemoteDeployment({ url, token: 'wrong' }).start(), (error) =>
    RexError.is(error, 'UNAUTHORIZED'),
  );
});

test('a stop ends what this deployment started and nothing of another client', async (t) => {
  const { url } = await startServer(t);
  await using other = await new RemoteDeployment({ url, token }).start();
  await using deployment = await new RemoteDeployment({ url, token }).start();
  const kept = await other.runtime.createSession({ session: 'kept', loadRc: false });
  await deployment.runtime.createSession({ session: 'gone', loadRc: false });
  const process = await deployment.runtime.spawn(['sleep', '1000']);
  await deployment.stop();
  assert.deepEqual(await other.runtime.sessions(), ['kept']);
  assert.equal((await kept.run('echo alive')).output, 'alive\n');
  const listed = await other.runtime.processes();
  assert.notEqual(listed.find(({ id }) => id === process.id)?.running, true);
});
