import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RexError } from '../../../../src/core/errors.ts';
import type { EngineOptions } from '../../../../src/sandbox/deployment/docker/docker-options.ts';
import { type AddressSources, findAddress } from '../../../../src/sandbox/deployment/docker/engine/address.ts';
import { readContext } from '../../../../src/sandbox/deployment/docker/engine/context.ts';

/** The address on a machine with these variables and sockets. */
function find(options: EngineOptions, env: AddressSources['env'] = {}, sockets: readonly string[] = []) {
  const exists = (path: string) => sockets.includes(path);
  return findAddress(options, { env, home: '/home/me', exists, context: () => undefined });
}

test('without anything said it is the usual socket, or that of Docker Desktop', () => {
  const desktop = '/home/me/.docker/run/docker.sock';
  assert.equal(find({}).url, 'unix:///var/run/docker.sock');
  assert.equal(find({}, {}, [desktop]).url, `unix://${desktop}`);
  assert.equal(find({}, {}, [desktop, '/var/run/docker.sock']).url, 'unix:///var/run/docker.sock');
});

test('the option goes before DOCKER_HOST', () => {
  const env = { DOCKER_HOST: 'unix:///from/env.sock' };
  assert.deepEqual(find({}, env), { type: 'unix', url: 'unix:///from/env.sock', path: '/from/env.sock' });
  assert.equal(find({ host: 'unix:///given.sock' }, env).url, 'unix:///given.sock');
});

test('tcp has the port that docker implies, and TLS where it is asked for', () => {
  assert.deepEqual(find({}, { DOCKER_HOST: 'far:99' }), { type: 'tcp', url: 'tcp://far:99', host: 'far', port: 99 });
  assert.equal(find({ host: '[::1]:99' }).url, 'tcp://[::1]:99');
  assert.deepEqual(find({ host: 'tcp://far' }), { type: 'tcp', url: 'tcp://far', host: 'far', port: 2375 });
  assert.deepEqual(find({ host: 'tcp://[::1]:80' }), { type: 'tcp', url: 'tcp://[::1]:80', host: '::1', port: 80 });
  const tls = {
    verify: true,
    certificateAuthority: '/home/me/.docker/ca.pem',
    certificate: '/home/me/.docker/cert.pem',
    key: '/home/me/.docker/key.pem',
  };
  assert.deepEqual(find({}, { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1' }), {
    type: 'tcp',
    url: 'tcp://far',
    host: 'far',
    port: 2376,
    tls,
  });
  const unverified = find({}, { DOCKER_HOST: 'tcp://far:1', DOCKER_TLS: '1', DOCKER_CERT_PATH: '/certs' });
  assert.ok(unverified.type === 'tcp' && unverified.tls?.verify === false && unverified.tls.key === '/certs/key.pem');
  assert.deepEqual(find({ host: 'https://far' }), {
    type: 'tcp',
    url: 'https://far',
    host: 'far',
    port: 443,
    tls: { verify: true },
  });
});

test('ssh takes user, port and the far socket from the address', () => {
  assert.deepEqual(find({ host: 'ssh://me@far:2222/run/d.sock' }), {
    type: 'ssh',
    url: 'ssh://me@far:2222/run/d.sock',
    destination: ['-l', 'me', '-p', '2222', '--', 'far'],
    path: '/run/d.sock',
  });
  assert.deepEqual(find({ host: 'ssh://far' }), { type: 'ssh', url: 'ssh://far', destination: ['--', 'far'] });
});

test('podman has its own variable and sockets', () => {
  const env = { XDG_RUNTIME_DIR: '/run/user/7' };
  const own = '/run/user/7/podman/podman.sock';
  assert.equal(find({ containerRuntime: 'podman' }, env, [own]).url, `unix://${own}`);
  assert.equal(find({ containerRuntime: 'podman' }, env).url, 'unix:///run/podman/podman.sock');
  const both = { CONTAINER_HOST: 'unix:///p.sock', DOCKER_HOST: 'unix:///d.sock' };
  assert.equal(find({ containerRuntime: 'podman' }, both).url, 'unix:///p.sock');
  assert.equal(find({}, both).url, 'unix:///d.sock');
});

test('an address that is none is refused, a password in it without being repeated', () => {
  for (const host of ['docker', 'unix://relative', 'ftp://x', 'tcp://', 'tcp://a b']) {
    assert.throws(
      () => find({ host }),
      (error) => RexError.is(error, 'INVALID_ARGUMENT'),
      host,
    );
  }
  assert.throws(
    () => find({ host: 'ssh://me:hunter2@far' }),
    (error) => RexError.is(error, 'INVALID_ARGUMENT') && !error.message.includes('hunter2'),
  );
});

test('the current context of the docker CLI decides, DOCKER_CONTEXT before it, with its certificates', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'hrm-rex-context-'));
  t.after(() => rm(home, { recursive: true }));
  const id = createHash('sha256').update('far').digest('hex');
  const meta = join(home, '.docker/contexts/meta', id);
  const tls = join(home, '.docker/contexts/tls', id, 'docker');
  await mkdir(meta, { recursive: true });
  await mkdir(tls, { recursive: true });
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'far' }));
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: 'tcp://far:1' } } }),
  );
  await writeFile(join(tls, 'ca.pem'), '');
  const address = findAddress({}, { env: {}, home, exists: () => false, context: readContext });
  assert.deepEqual(address, {
    type: 'tcp',
    url: 'tcp://far:1',
    host: 'far',
    port: 1,
    tls: { verify: true, certificateAuthority: join(tls, 'ca.pem') },
  });
  assert.equal(readContext({ DOCKER_CONTEXT: 'default' }, home), undefined);
  assert.throws(
    () => readContext({ DOCKER_CONTEXT: 'unknown' }, home),
    (error) => RexError.is(error, 'INVALID_ARGUMENT'),
  );
});
