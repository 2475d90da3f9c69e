import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { serve } from '../../../src/sandbox/server/serve.ts';
import { send } from './http-client.ts';
import { serveLocal } from './serving.ts';

test('starts only with a secret, or when told to do without', async () => {
  await using runtime = new LocalRuntime();
  await assert.rejects(serve(runtime, {}), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
  await assert.rejects(serve(runtime, { token: '' }), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
  await using server = await serve(runtime, { auth: false });
  assert.equal((await send(server.url, '/is_alive', { key: undefined })).status, 200);
});

test('binds this machine alone unless told otherwise', async () => {
  await using served = await serveLocal();
  assert.equal(served.server.host, '127.0.0.1');
  assert.match(served.server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
});

test('without a secret, pages in a browser cannot reach it', async () => {
  await using runtime = new LocalRuntime();
  await using server = await serve(runtime, { auth: false });
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'same-origin' }]) {
    const { status } = await send(server.url, '/execute', { headers, body: { command: ['true'] }, key: undefined });
    assert.equal(status, 403);
  }
});

test('answers errors of its own routes in its own form, without a stack', async () => {
  await using served = await serveLocal();
  const missing = await send(served.server.url, '/rex/v1', { key: undefined });
  assert.deepEqual([missing.status, JSON.parse(missing.text).error.code], [403, 'UNAUTHORIZED']);
  assert.equal(missing.headers['x-rex-instance'], undefined);
  const wrong = await send(served.server.url, '/rex/v1', { key: 'wrong' });
  assert.equal(wrong.status, 401);
  const path = `/rex/v1/files/stat?path=${encodeURIComponent('/nonexistent')}`;
  const { status, text } = await send(served.server.url, path);
  assert.equal(status, 404);
  const { error } = JSON.parse(text);
  assert.equal(error.code, 'FILE_NOT_FOUND');
  assert.deepEqual(error.context, { path: '/nonexistent', operation: 'stat' });
  assert.doesNotMatch(text, /at .*\.ts:/);
});

test('tells its owner, and the client in short, what nobody foresaw', async () => {
  const failures: unknown[] = [];
  const runtime = new LocalRuntime();
  runtime.isAlive = async () => {
    throw new TypeError('odd');
  };
  await using server = await serve(runtime, { auth: false, onError: (failure) => failures.push(failure) });
  const { status, text } = await send(server.url, '/is_alive', { key: undefined, headers: { 'x-request-id': 'r' } });
  assert.equal(status, 511);
  assert.deepEqual(JSON.parse(text).swerexception, {
    message: 'odd',
    class_path: 'swerex.exceptions.SwerexException',
    traceback: '',
    extra_info: {},
  });
  assert.equal(failures.length, 1);
  assert.deepEqual(
    { ...(failures[0] as object), error: null },
    { error: null, method: 'GET', path: '/is_alive', requestId: 'r' },
  );
  await runtime.close();
});

test('serves HTTPS', { skip: hasOpenssl() ? false : 'needs openssl' }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rex-tls-'));
  try {
    const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', keyFile, '-out', certificateFile];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' });
    const certificate = await readFile(certificateFile);
    await using served = await serveLocal({ tls: { certificate, key: await readFile(keyFile) } });
    assert.match(served.server.url, /^https:/);
    const stranger = served.connect();
    assert.equal((await stranger.isAlive()).isAlive, false);
    const friend = served.connect({ certificateAuthority: certificate });
    assert.deepEqual(await friend.isAlive(), { isAlive: true, message: '' });
    assert.equal((await friend.execute(['echo', 'safe'])).stdout, 'safe\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
