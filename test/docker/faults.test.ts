import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import {
  assertToldWhy,
  bashImage,
  bothBegun,
  busyboxImage,
  containers,
  docker,
  makeDeployment,
  startDeployment,
} from './engine.ts';

test('a container that is killed ends every waiting call, saying so', async (t) => {
  const { runtime, containerId } = await startDeployment(t, { image: bashImage });
  const session = await runtime.createSession({ loadRc: false });
  const spawned = await runtime.spawn('echo up; sleep 1000');
  await spawned.waitFor('up');
  const waiting = [
    session.run('echo > /tmp/begun1; sleep 1000'),
    runtime.execute('echo > /tmp/begun2; sleep 1000'),
    spawned.result(),
    spawned.waitFor('never printed'),
  ];
  const told = Promise.all(
    waiting.map((call) =>
      assertToldWhy(
        call,
        ['SESSION_ENDED', 'OUTCOME_UNKNOWN', 'PATTERN_NOT_FOUND'],
        /ended with exit code 137|without/,
      ),
    ),
  );
  await runtime.execute(bothBegun);
  docker('kill', containerId as string);
  await told;
  await assertToldWhy(runtime.execute('true'), ['CONNECTION_FAILED', 'OUTCOME_UNKNOWN'], /exit code 137/);
  assert.equal((await runtime.isAlive()).isAlive, false);
});

test('a container that is removed ends the waiting call, and the stop goes through', async (t) => {
  const deployment = await startDeployment(t, { image: busyboxImage });
  const call = deployment.runtime.execute('echo > /tmp/begun1; echo > /tmp/begun2; sleep 1000');
  const told = assertToldWhy(call, ['OUTCOME_UNKNOWN', 'CONNECTION_FAILED'], /removed|exit code 137/);
  await deployment.runtime.execute(bothBegun);
  docker('rm', '-f', deployment.containerId as string);
  await told;
  await deployment.stop();
});

/**
 * Outgrows every container of these tests; the shell itself does. It and its programs are what the kernel kills first, also
 * where it kills a second process because the memory of the first is not free yet.
 */
const hog = 'echo 1000 > /proc/self/oom_score_adj; x=$(head -c 200000000 /dev/zero | tr "\\0" x)';

test('what outgrows the memory is killed, and the command, the run and the session say so', async (t) => {
  const limits = { memoryBytes: 32 * 1024 * 1024 };
  const { runtime } = await startDeployment(t, { image: bashImage, limits });
  const reason = 'memory limit of 32 MiB reached';
  const ended = await runtime.execute(hog);
  assert.ok(ended.signal === 'SIGKILL' || ended.exitCode === 137);
  assert.equal(ended.failureReason, reason);
  const session = await runtime.createSession({ loadRc: false });
  const run = await session.run(`bash -c '${hog}'`);
  assert.deepEqual([run.exitCode, run.failureReason], [137, reason]);
  const failed = await session.run('false');
  assert.deepEqual([failed.exitCode, failed.failureReason], [1, '']);
  await assertToldWhy(session.run(hog), ['SESSION_ENDED'], /memory limit of 32 MiB reached/);
  assert.equal((await runtime.execute('exit 3')).failureReason, '');
});

test('processes that a limit forbids are the reason of a failure', async (t) => {
  const { runtime } = await startDeployment(t, { image: bashImage, limits: { processes: 12 } });
  const { exitCode, failureReason } = await runtime.execute(`bash -c 'for i in {1..20}; do sleep 30 & done'; exit 1`);
  assert.deepEqual([exitCode, failureReason], [1, 'process limit of 12 reached']);
});

test('a container that is killed for want of memory ends every waiting call, saying so', async (t) => {
  const name = `hrm-rex-test-memory-${process.pid}`;
  const main = `until [ -e /go ]; do sleep 0.05; done; ${hog}`;
  docker('run', '-d', '--name', name, '--network', 'none', '--memory', '32m', bashImage, 'bash', '-c', main);
  t.after(() => docker('rm', '-f', name));
  const { runtime } = await startDeployment(t, { container: name });
  const session = await runtime.createSession({ loadRc: false });
  const waiting = [runtime.execute('echo > /tmp/begun1; sleep 1000'), session.run('echo > /tmp/begun2; sleep 1000')];
  const told = waiting.map((call) => assertToldWhy(call, ['OUTCOME_UNKNOWN', 'SESSION_ENDED'], /137: out of memory/));
  await runtime.execute(bothBegun);
  await runtime.writeFile('/go', '');
  await Promise.all(told);
  await assertToldWhy(runtime.execute('true'), ['CONNECTION_FAILED', 'OUTCOME_UNKNOWN'], /137: out of memory/);
});

test('a full disk is DISK_FULL, and the container goes on', async (t) => {
  const mounts = [{ type: 'tmpfs', target: '/small', sizeBytes: 1024 * 1024 }] as const;
  const { runtime } = await startDeployment(t, { image: bashImage, mounts });
  await assert.rejects(runtime.writeFile('/small/file', Buffer.alloc(4 * 1024 * 1024)), (error) =>
    RexError.is(error, 'DISK_FULL'),
  );
  assert.equal((await runtime.execute('echo on')).stdout, 'on\n');
});

test('an expired start leaves nothing', async () => {
  const name = `hrm-rex-test-expired-${process.pid}`;
  const deployment = new DockerDeployment({ image: bashImage, name, network: 'none', startupTimeoutMs: 60 });
  await assertToldWhy(deployment.start(), ['DEPLOYMENT_START_FAILED'], /no start within 60 ms/);
  assert.ok(!containers().includes(name));
});

test('an aborted start leaves nothing', async () => {
  const name = `hrm-rex-test-aborted-${process.pid}`;
  const controller = new AbortController();
  const deployment = new DockerDeployment({ image: bashImage, name, network: 'none' });
  deployment.addHook({
    onCustomStep: (message) => message === 'Starting runtime' && controller.abort(new Error('enough')),
  });
  await assert.rejects(deployment.start({ signal: controller.signal }), /enough/);
  assert.ok(!containers().includes(name));
});

test('an image that does not exist is IMAGE_NOT_FOUND with `never`, and a failed pull otherwise', async (t) => {
  const image = 'hrm-rex-test/nothing:1';
  await assertToldWhy(makeDeployment(t, { image, pull: 'never' }).start(), ['IMAGE_NOT_FOUND'], /nothing:1/);
  await assertToldWhy(makeDeployment(t, { image }).start(), ['DEPLOYMENT_START_FAILED'], /pull/);
});

test('a name that is taken is CONTAINER_EXISTS, and the other container stays', async (t) => {
  const name = `hrm-rex-test-taken-${process.pid}`;
  const first = await startDeployment(t, { image: busyboxImage, name });
  await assertToldWhy(makeDeployment(t, { image: busyboxImage, name }).start(), ['CONTAINER_EXISTS'], new RegExp(name));
  assert.equal((await first.runtime.execute('echo here')).stdout, 'here\n');
});
