import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../../../../src/core/error-codes.ts';
import { RexError } from '../../../../src/core/errors.ts';
import { DockerDeployment } from '../../../../src/sandbox/deployment/docker/docker-deployment.ts';
import type { DockerDeploymentOptions } from '../../../../src/sandbox/deployment/docker/docker-options.ts';
import type { ImageProgress } from '../../../../src/sandbox/deployment/docker/image/progress.ts';
import { type EngineAnswer, scriptEngine } from './scripted-engine.ts';

/** What a start rejects with. */
async function startError<Code extends ErrorCode>(
  options: DockerDeploymentOptions,
  code: Code,
): Promise<RexError<Code>> {
  const error: unknown = await new DockerDeployment(options).start().then(
    () => assert.fail('it started'),
    (thrown: unknown) => thrown,
  );
  assert.ok(RexError.is(error, code), `${code}, not ${error}`);
  assert.notEqual(error.message, '');
  return error;
}

const missing: EngineAnswer = { status: 404, body: { message: 'No such image: tiny:1' } };
const present: EngineAnswer = { body: { Id: 'sha256:1' } };

test('an engine that does not run says how to start it', async () => {
  const { hint, context, retryable } = await startError(
    { image: 'tiny', host: 'unix:///nowhere/docker.sock' },
    'CONNECTION_FAILED',
  );
  assert.match(hint ?? '', /systemctl start docker/);
  assert.equal(context.url, 'unix:///nowhere/docker.sock');
  assert.equal(retryable, true);
  const podman = await startError({ image: 'tiny', host: 'unix:///nowhere/podman.sock' }, 'CONNECTION_FAILED');
  assert.match(podman.hint ?? '', /podman/);
});

test('an image that is missing is not pulled with `never`', async () => {
  await using engine = await scriptEngine({ 'GET /images/*/json': missing });
  const { context } = await startError({ image: 'tiny:1', pull: 'never', host: engine.host }, 'IMAGE_NOT_FOUND');
  assert.deepEqual(context, { image: 'tiny:1' });
  assert.ok(engine.requests.every(({ path }) => path !== '/images/create'));
});

test('a refusal of the registry is PULL_DENIED, told at once or in the middle of a pull', async () => {
  const said = "pull access denied for me/app, repository does not exist or may require 'docker login': denied";
  for (const answer of [
    { status: 404, body: { message: said } },
    { lines: [{ status: 'Pulling' }, { error: said }] },
  ]) {
    await using engine = await scriptEngine({ 'GET /images/*/json': missing, 'POST /images/create': answer });
    const { context, hint } = await startError({ image: 'ghcr.io/me/app', host: engine.host }, 'PULL_DENIED');
    assert.equal(context.registry, 'ghcr.io');
    assert.match(hint ?? '', /docker login ghcr\.io/);
  }
});

test('a tag that the registry does not have is IMAGE_NOT_FOUND', async () => {
  const body = { message: 'manifest for tiny:9 not found: manifest unknown: manifest unknown' };
  await using engine = await scriptEngine({
    'GET /images/*/json': missing,
    'POST /images/create': { status: 404, body },
  });
  await startError({ image: 'tiny:9', host: engine.host }, 'IMAGE_NOT_FOUND');
});

test('a registry that cannot be reached can be tried again', async () => {
  const body = {
    message: 'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
  };
  await using engine = await scriptEngine({
    'GET /images/*/json': missing,
    'POST /images/create': { status: 500, body },
  });
  const { retryable } = await startError({ image: 'tiny', host: engine.host }, 'DEPLOYMENT_START_FAILED');
  assert.equal(retryable, true);
});

test('an engine without space is DISK_FULL, in a pull and in a create', async () => {
  const said = 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device';
  await using pulling = await scriptEngine({
    'GET /images/*/json': missing,
    'POST /images/create': { lines: [{ status: 'Downloading' }, { error: said }] },
  });
  const pull = await startError({ image: 'tiny', host: pulling.host }, 'DISK_FULL');
  assert.deepEqual(pull.context, { path: 'tiny', operation: 'pull tiny' });
  await using creating = await scriptEngine({
    'GET /images/*/json': present,
    'POST /containers/create': { status: 500, body: { message: said } },
  });
  assert.match((await startError({ image: 'tiny', host: creating.host }, 'DISK_FULL')).hint ?? '', /docker system df/);
});

test('a name that is taken is CONTAINER_EXISTS, in the words of docker and of podman', async () => {
  const answers = [
    { status: 409, body: { message: 'Conflict. The container name "/box" is already in use by container "1".' } },
    {
      status: 500,
      body: {
        cause: 'that name is already in use',
        message: 'creating container storage: the name "box" is already in use by 1',
      },
    },
  ];
  for (const answer of answers) {
    await using engine = await scriptEngine({ 'GET /images/*/json': present, 'POST /containers/create': answer });
    const { context } = await startError({ image: 'tiny', name: 'box', host: engine.host }, 'CONTAINER_EXISTS');
    assert.deepEqual(context, { container: 'box' });
  }
});

test('a container that does not start is removed', async () => {
  await using engine = await scriptEngine({
    'GET /images/*/json': present,
    'POST /containers/create': { status: 201, body: { Id: 'c1' } },
    'POST /containers/c1/start': {
      status: 400,
      body: { message: 'exec: "/bin/sh": stat /bin/sh: no such file or directory' },
    },
    'DELETE /containers/c1': { status: 204 },
  });
  const { context } = await startError({ image: 'scratch-like', host: engine.host }, 'DEPLOYMENT_START_FAILED');
  assert.match(context.reason, /no such file/);
  assert.ok(engine.requests.some(({ method, path }) => method === 'DELETE' && path === '/containers/c1'));
});

test('a pull tells its progress, and sends the credentials of the docker configuration', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-config-'));
  const before = process.env.DOCKER_CONFIG;
  t.after(async () => {
    if (before === undefined) delete process.env.DOCKER_CONFIG;
    else process.env.DOCKER_CONFIG = before;
    await rm(directory, { recursive: true });
  });
  process.env.DOCKER_CONFIG = directory;
  const auth = Buffer.from('me:pw').toString('base64');
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { 'ghcr.io': { auth } } }));
  await using engine = await scriptEngine({
    'GET /images/*/json': missing,
    'POST /images/create': {
      lines: [
        { status: 'Pulling from me/app', id: 'latest' },
        { status: 'Downloading', id: 'ab12', progressDetail: { current: 5, total: 10 } },
      ],
    },
    'POST /containers/create': { status: 500, body: { message: 'enough' } },
  });
  const heard: ImageProgress[] = [];
  const steps: string[] = [];
  const deployment = new DockerDeployment({
    image: 'ghcr.io/me/app',
    platform: 'linux/arm64',
    host: engine.host,
    onProgress: (progress) => heard.push(progress),
  });
  deployment.addHook({ onCustomStep: (message) => void steps.push(message) });
  await assert.rejects(deployment.start());
  assert.deepEqual(heard[1], {
    type: 'pull',
    image: 'ghcr.io/me/app',
    message: 'Downloading',
    layer: 'ab12',
    currentBytes: 5,
    totalBytes: 10,
  });
  assert.ok(steps.includes('Pulling ghcr.io/me/app'));
  const pull = engine.requests.find(({ path }) => path === '/images/create');
  assert.equal(pull?.query.get('fromImage'), 'ghcr.io/me/app');
  assert.equal(pull?.query.get('tag'), 'latest');
  assert.equal(pull?.query.get('platform'), 'linux/arm64');
  const sent = JSON.parse(Buffer.from(String(pull?.headers['x-registry-auth']), 'base64').toString());
  assert.deepEqual(sent, { username: 'me', password: 'pw', serveraddress: 'ghcr.io' });
});

test('exactly one of image, build and container is given', async () => {
  await startError({}, 'INVALID_ARGUMENT');
  await startError({ image: 'a', container: 'b' }, 'INVALID_ARGUMENT');
});

test('an existing container cannot be made otherwise', async () => {
  await using engine = await scriptEngine({});
  const { context } = await startError({ container: 'box', network: 'none', host: engine.host }, 'INVALID_ARGUMENT');
  assert.equal(context.argument, 'network');
  const { hint } = await startError({ container: 'box', host: engine.host }, 'DEPLOYMENT_START_FAILED');
  assert.match(hint ?? '', /docker ps/);
});
