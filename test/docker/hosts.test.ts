import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { RexError } from '../../src/core/errors.ts';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import { makeScratch } from '../scratch-directory.ts';
import { busyboxImage, makeDeployment } from './engine.ts';

const socketPath = (process.env.DOCKER_HOST ?? '').replace('unix://', '');

/** Sets environment variables until the test ends. */
function setVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

/** Brings the engine's socket to a port of this machine. */
async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function relay(client: Socket): void {
  const engine = connect({ path: socketPath, allowHalfOpen: true });
  client.on('error', () => engine.destroy());
  engine.on('error', () => client.destroy());
  client.pipe(engine).pipe(client);
}

/** Commands with input, output and sessions work over this way to the engine. */
async function assertWorks(deployment: DockerDeployment): Promise<void> {
  const { runtime } = await deployment.start();
  assert.equal((await runtime.execute('cat; echo e >&2; exit 3', { stdin: 'in\n' })).output, 'in\ne\n');
  const session = await runtime.createSession({ loadRc: false });
  assert.equal((await session.run('x=1; echo $x')).output, '1\n');
  await runtime.writeFile('/tmp/file', 'content');
  assert.equal(await runtime.readFile('/tmp/file'), 'content');
  await deployment.stop();
}

test('an engine behind tcp', async (t) => {
  const port = await listen(t, createServer({ allowHalfOpen: true }, relay));
  await assertWorks(makeDeployment(t, { image: busyboxImage, host: `tcp://127.0.0.1:${port}` }));
});

test('an engine behind tcp with TLS, and its certificate is verified', async (t) => {
  const directory = await makeScratch(t);
  const file = (name: string) => join(directory, name);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=engine'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')];
  execFileSync('openssl', [...request, ...names], { stdio: 'ignore' });
  const [key, cert] = await Promise.all([readFile(file('key.pem')), readFile(file('cert.pem'))]);
  const tls = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true };
  const port = await listen(t, createTlsServer(tls, relay));
  setVariables(t, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory });
  await writeFile(file('ca.pem'), cert);
  await assertWorks(makeDeployment(t, { image: busyboxImage, host: `tcp://127.0.0.1:${port}` }));
  process.env.DOCKER_TLS_VERIFY = '';
  const unverified = new DockerDeployment({ image: busyboxImage, host: `https://127.0.0.1:${port}` });
  await assert.rejects(unverified.start(), (error) => RexError.is(error, 'CONNECTION_FAILED'));
});

test('an engine behind ssh, by the docker command there', async (t) => {
  const directory = await makeScratch(t);
  const ssh = join(directory, 'ssh');
  const log = join(directory, 'log');
  await writeFile(ssh, `#!/bin/sh\necho "$*" >> ${log}\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexec "$@"\n`);
  await chmod(ssh, 0o755);
  setVariables(t, { PATH: `${directory}:${process.env.PATH}` });
  await assertWorks(makeDeployment(t, { image: busyboxImage, host: `ssh://me@far:2222${socketPath}` }));
  assert.match(await readFile(log, 'utf8'), /-l me -p 2222 -- far docker --host unix:\S+ system dial-stdio/);
});

test('an ssh host that cannot be reached says what ssh said', async (t) => {
  const directory = await makeScratch(t);
  await writeFile(join(directory, 'ssh'), '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n');
  await chmod(join(directory, 'ssh'), 0o755);
  setVariables(t, { PATH: `${directory}:${process.env.PATH}` });
  const deployment = new DockerDeployment({ image: busyboxImage, host: 'ssh://far' });
  await assert.rejects(
    deployment.start(),
    (error) => RexError.is(error, 'CONNECTION_FAILED') && /Permission denied/.test(error.message),
  );
});
