import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { suite, test } from 'node:test';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import { expectError, expectThrown } from '../../src/testing/contract/expect-error.ts';
import { byKey, direct, throughJump } from './hosts.ts';
import { startServer } from './server.ts';

/** Sends everything back, the end too. */
async function startEcho(): Promise<Server & { readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => void socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

async function roundTrip(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => void pieces.push(data));
  socket.end(bytes);
  await once(socket, 'end');
  socket.destroy();
  return Buffer.concat(pieces);
}

async function refuses(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET';
}

const megabyte = Buffer.alloc(1024 * 1024, 'hrm-rex ');

for (const [way, options] of [
  ['straight', direct],
  ['through the jump host', throughJump],
] as const) {
  suite(`ports, ${way}`, () => {
    test('a port there opens here, in both directions, many connections at once', async () => {
      const echo = await startEcho();
      await using deployment = await new SshDeployment(options).start();
      {
        await using forwarding = await deployment.forward({ remotePort: echo.port });
        const answers = await Promise.all(Array.from({ length: 12 }, () => roundTrip(forwarding.port, megabyte)));
        assert.ok(answers.every((answer) => answer.equals(megabyte)));
        echo.close();
        assert.ok(await refuses(forwarding.port), 'what nobody listens on there is refused here');
        await forwarding[Symbol.asyncDispose]();
        assert.ok(await refuses(forwarding.port), 'the port is closed');
      }
    });

    test('a port here opens there, until it is disposed', async () => {
      const echo = await startEcho();
      await using deployment = await new SshDeployment(options).start();
      const forwarding = await deployment.forwardBack({ localPort: echo.port });
      assert.ok((await roundTrip(forwarding.port, megabyte)).equals(megabyte));
      await forwarding[Symbol.asyncDispose]();
      assert.ok(await refuses(forwarding.port));
      echo.close();
    });
  });
}

test('a stop closes every port', async () => {
  const echo = await startEcho();
  const deployment = await new SshDeployment(direct).start();
  const ports = [
    await deployment.forward({ remotePort: echo.port }),
    await deployment.forwardBack({ localPort: echo.port }),
  ];
  await deployment.stop();
  for (const { port } of ports) assert.ok(await refuses(port));
  expectThrown(() => deployment.forward({ remotePort: 1 }), 'DEPLOYMENT_NOT_STARTED');
  echo.close();
});

test('a port that is taken is refused, here and there', async () => {
  const echo = await startEcho();
  await using deployment = await new SshDeployment(direct).start();
  const { port } = echo;
  await expectError(deployment.forward({ remotePort: 1, localPort: port }), 'CONNECTION_FAILED');
  await expectError(deployment.forwardBack({ localPort: 1, remotePort: port }), 'CONNECTION_FAILED');
  echo.close();
});

test('ports go on after the link was cut', async () => {
  const echo = await startEcho();
  await using server = await startServer();
  await using deployment = await new SshDeployment({ ...byKey(server.host), configFile: false }).start();
  const here = await deployment.forward({ remotePort: echo.port });
  const there = await deployment.forwardBack({ localPort: echo.port });
  await server.kill();
  await server.restart();
  assert.equal((await roundTrip(here.port, Buffer.from('again'))).toString(), 'again');
  let answer: Buffer | undefined;
  while (answer === undefined) answer = await roundTrip(there.port, Buffer.from('back')).catch(() => undefined);
  assert.equal(answer.toString(), 'back');
  echo.close();
});
