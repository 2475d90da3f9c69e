import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { send, sendJson } from './http-client.ts';
import { serveLocal, token } from './serving.ts';

test('refuses a body that says it is too large, and one that turns out to be', async () => {
  await using served = await serveLocal({ maxBodyBytes: 1_000 });
  const { url, port } = served.server;
  const declared = await send(url, '/execute', { body: { command: ['x'.repeat(2_000)] } });
  assert.deepEqual(
    [declared.status, JSON.parse(declared.text)],
    [413, { detail: 'Request body is larger than 1000 bytes' }],
  );
  const chunked = request({ port, method: 'POST', path: '/rex/v1/execute', headers: { 'x-api-key': token } });
  chunked.write('x'.repeat(800));
  chunked.end('x'.repeat(800));
  const [answer] = await once(chunked, 'response');
  assert.equal(answer.statusCode, 413);
  answer.resume();
  assert.equal((await sendJson(url, '/is_alive')).status, 200);
});

test('a large upload is limited apart from JSON', async () => {
  await using served = await serveLocal({ maxBodyBytes: 1_000, maxUploadBytes: 100_000 });
  const client = served.connect({ retries: 0 });
  const path = '/tmp/rex-limits-upload';
  await client.files.write(path, 'x'.repeat(50_000));
  await assert.rejects(client.files.write(path, 'y'.repeat(200_000)), (error) => {
    return RexError.is(error, 'LIMIT_EXCEEDED') && error.context.limit === 'maxUploadBytes';
  });
  assert.equal((await client.files.stat(path)).sizeBytes, 50_000);
  await client.files.remove(path);
});

test('gives up on a body that pauses too long', async () => {
  await using served = await serveLocal({ bodyTimeoutMs: 50 });
  const socket = createConnection(served.server.port, '127.0.0.1');
  const head = `POST /execute HTTP/1.1\r\nHost: x\r\nX-API-Key: ${token}\r\nContent-Length: 100\r\n\r\n`;
  socket.write(`${head}{"command":`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  assert.match(data.toString(), /^HTTP\/1\.1 408 /);
  socket.destroy();
});

test('answers what is no HTTP, and survives it', async () => {
  await using served = await serveLocal();
  const socket = createConnection(served.server.port, '127.0.0.1');
  socket.end('garbage\r\n\r\n');
  const [data] = (await once(socket, 'data')) as [Buffer];
  assert.match(data.toString(), /^HTTP\/1\.1 400 /);
  assert.equal((await sendJson(served.server.url, '/is_alive')).status, 200);
});

test('counts sessions, and lets new ones in when others end', async () => {
  await using served = await serveLocal({ maxSessions: 2 });
  const client = served.connect();
  const one = await client.createSession({ session: 'one' });
  const two = await client.createSession({ session: 'two' });
  await assert.rejects(client.createSession({ session: 'three' }), (error) => {
    return RexError.is(error, 'LIMIT_EXCEEDED') && error.context.maximum === 2;
  });
  await one.close();
  await assert.rejects(two.run('exit 1'), (error) => RexError.is(error, 'SESSION_ENDED'));
  await using three = await client.createSession({ session: 'three' });
  await using four = await client.createSession({ session: 'four' });
  assert.deepEqual([three.name, four.name], ['three', 'four']);
});

test('counts commands and processes together', async () => {
  await using served = await serveLocal({ maxProcesses: 1 });
  const client = served.connect();
  const running = await client.spawn(['sleep', '30']);
  await assert.rejects(client.execute(['true']), (error) => RexError.is(error, 'LIMIT_EXCEEDED'));
  await running.kill();
  await running.wait();
  assert.equal((await client.execute(['true'])).exitCode, 0);
});

test('bounds the output that is kept, whatever a client asks for', async () => {
  await using served = await serveLocal({ maxOutputBytes: 1_000 });
  const client = served.connect();
  const result = await client.execute('yes | head -c 100000', { maxOutputBytes: 50_000 });
  assert.equal(result.truncated, true);
  assert.equal(result.outputBytes, 100_000);
  assert.ok(result.output.length < 1_100);
  await using session = await client.createSession({ maxOutputBytes: 50_000 });
  const observation = await session.run('yes | head -c 100000', { maxOutputBytes: 50_000 });
  assert.ok(observation.truncated && observation.output.length < 1_100);
  const { body } = await sendJson(served.server.url, '/execute', { command: 'yes | head -c 100000', shell: true });
  assert.match(body.stdout, /\n\[\.\.\. 99000 bytes omitted \.\.\.\]\n/);
});

test('closes a session that nobody uses, and none that somebody uses', async () => {
  await using served = await serveLocal({ idleSessionTimeoutMs: 300 });
  const client = served.connect();
  const idle = await client.createSession({ session: 'idle' });
  const used = await client.createSession({ session: 'used' });
  const watching = await used.run(`while kill -0 ${idle.pid} 2>/dev/null; do sleep 0.02; done; echo gone`);
  assert.equal(watching.output, 'gone\n');
  assert.deepEqual(await client.sessions(), ['used']);
  await assert.rejects(idle.run('echo'), (error) => RexError.is(error, 'SESSION_NOT_FOUND'));
});
