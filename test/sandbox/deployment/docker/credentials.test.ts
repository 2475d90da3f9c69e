import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findAllCredentials, findCredentials } from '../../../../src/sandbox/deployment/docker/registry/credentials.ts';
import { parseImageReference } from '../../../../src/sandbox/deployment/docker/registry/image-reference.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const noHelper = async () => undefined;

test('the registry of an image is the part that looks like a host', () => {
  const parse = (image: string) => Object.values(parseImageReference(image));
  assert.deepEqual(parse('python'), ['docker.io', 'python', 'latest']);
  assert.deepEqual(parse('me/python:3.11'), ['docker.io', 'me/python', '3.11']);
  assert.deepEqual(parse('ghcr.io/me/app:1'), ['ghcr.io', 'ghcr.io/me/app', '1']);
  assert.deepEqual(parse('localhost/app'), ['localhost', 'localhost/app', 'latest']);
  assert.deepEqual(parse('host:5000/app'), ['host:5000', 'host:5000/app', 'latest']);
  assert.deepEqual(parse('host:5000/app:2@sha256:ab'), ['host:5000', 'host:5000/app', 'sha256:ab']);
});

test('credentials of the file are decoded, a colon in the password included', async () => {
  const config = { auths: { 'ghcr.io': { auth: base64('me:se:cret') } } };
  assert.deepEqual(await findCredentials(config, 'ghcr.io', noHelper), {
    username: 'me',
    password: 'se:cret',
    serveraddress: 'ghcr.io',
  });
  assert.equal(await findCredentials(config, 'quay.io', noHelper), undefined);
});

test('the default registry goes by its old address', async () => {
  const config = { auths: { 'https://index.docker.io/v1/': { auth: base64('me:pw') } } };
  const found = await findCredentials(config, 'docker.io', noHelper);
  assert.equal(found?.username, 'me');
  assert.equal(found?.serveraddress, 'https://index.docker.io/v1/');
});

test('an address with scheme and path names its host', async () => {
  const config = { auths: { 'https://ghcr.io/v2/': { identitytoken: 'token' } } };
  assert.deepEqual(await findCredentials(config, 'ghcr.io', noHelper), {
    identitytoken: 'token',
    serveraddress: 'ghcr.io',
  });
});

test('the helper of a registry goes before the store of all, and both before the file', async () => {
  const asked: string[] = [];
  const ask = async (helper: string, server: string) => {
    asked.push(`${helper} ${server}`);
    return helper === 'store' ? { username: '<token>', secret: 'identity' } : undefined;
  };
  const config = {
    credHelpers: { 'gcr.io': 'gcloud' },
    credsStore: 'store',
    auths: { 'gcr.io': { auth: base64('a:b') } },
  };
  assert.equal((await findCredentials(config, 'gcr.io', ask))?.username, 'a');
  assert.deepEqual(await findCredentials(config, 'ghcr.io', ask), {
    identitytoken: 'identity',
    serveraddress: 'ghcr.io',
  });
  assert.deepEqual(asked, ['gcloud gcr.io', 'store ghcr.io']);
});

test('a build is given the credentials of every registry that the configuration names', async () => {
  const config = {
    auths: {
      'ghcr.io': { auth: base64('a:b') },
      'https://index.docker.io/v1/': { auth: base64('c:d') },
      'empty.io': {},
    },
    credHelpers: { 'gcr.io': 'gcloud' },
  };
  const ask = async () => ({ username: 'helped', secret: 's' });
  const found = await findAllCredentials(config, ask);
  assert.deepEqual(Object.keys(found).sort(), ['gcr.io', 'ghcr.io', 'https://index.docker.io/v1/']);
  assert.equal(found['gcr.io']?.username, 'helped');
});

test('a helper is a program of the PATH that reads the server and answers JSON', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-helper-'));
  const before = process.env.PATH;
  t.after(async () => {
    process.env.PATH = before;
    await rm(directory, { recursive: true });
  });
  const program = join(directory, 'docker-credential-test');
  await writeFile(
    program,
    '#!/bin/sh\nread -r server\n[ "$1" = get ] && printf \'{"Username":"u","Secret":"%s"}\' "$server"\n',
  );
  await chmod(program, 0o755);
  process.env.PATH = `${directory}:${before}`;
  const config = { credHelpers: { 'a.io': 'test', 'b.io': 'missing' } };
  assert.deepEqual(await findCredentials(config, 'a.io'), { username: 'u', password: 'a.io', serveraddress: 'a.io' });
  assert.equal(await findCredentials(config, 'b.io'), undefined);
});
