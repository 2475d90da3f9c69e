import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeScratch } from '../scratch-directory.ts';
import { assertToldWhy, bothBegun, busyboxImage, containers, docker, makeDeployment } from './engine.ts';
import { crash, startOwnEngine } from './own-engine.ts';

await startOwnEngine('podman');
const options = { image: busyboxImage, containerRuntime: 'podman' } as const;

test('podman: commands, sessions, files and figures, and nothing is left after the stop', async (t) => {
  const deployment = await makeDeployment(t, { ...options, limits: { memoryBytes: 64 * 1024 * 1024 } }).start();
  const { runtime } = deployment;
  const { output, exitCode } = await runtime.execute('cat; echo err >&2; exit 3', { stdin: 'in\n' });
  assert.deepEqual([output, exitCode], ['in\nerr\n', 3]);
  for (const pty of [false, true]) {
    const session = await runtime.createSession({ session: `pty-${pty}`, pty, loadRc: false });
    await session.run('cd /tmp && name=world');
    assert.equal((await session.run('echo "$name in $PWD"')).output, 'world in /tmp\n');
    await assert.rejects(session.run('sleep 1000', { timeoutMs: 500 }), { code: 'COMMAND_TIMEOUT' });
    assert.equal((await session.run('echo on')).output, 'on\n');
  }
  const directory = await makeScratch(t);
  await writeFile(join(directory, 'leaf'), 'leaf\n');
  await runtime.upload(directory, '/tmp/there/tree');
  await runtime.writeFile('/tmp/there/tree/more', 'more');
  await runtime.download('/tmp/there/tree', join(directory, 'back'));
  assert.deepEqual(
    [await readFile(join(directory, 'back/leaf'), 'utf8'), await readFile(join(directory, 'back/more'), 'utf8')],
    ['leaf\n', 'more'],
  );
  assert.equal((await deployment.stats()).memoryLimitBytes, 64 * 1024 * 1024);
  const name = deployment.containerName as string;
  await deployment.stop();
  assert.ok(!containers().includes(name));
});

test('podman: a container that is killed ends every waiting call, saying so', async (t) => {
  const { runtime, containerId } = await makeDeployment(t, options).start();
  const session = await runtime.createSession({ loadRc: false });
  const waiting = [runtime.execute('echo > /tmp/begun1; sleep 1000'), session.run('echo > /tmp/begun2; sleep 1000')];
  const told = waiting.map((call) => assertToldWhy(call, ['OUTCOME_UNKNOWN', 'SESSION_ENDED'], /exit code 137/));
  await runtime.execute(bothBegun);
  docker('kill', containerId as string);
  await Promise.all(told);
});

test('podman: what a crashed process left behind is removed by the next start, and a taken name is told', async (t) => {
  const left = await crash({ containerRuntime: 'podman' });
  assert.ok(containers().includes(left));
  const name = `hrm-rex-test-podman-${process.pid}`;
  await makeDeployment(t, { ...options, name }).start();
  assert.ok(!containers().includes(left));
  await assertToldWhy(makeDeployment(t, { ...options, name }).start(), ['CONTAINER_EXISTS'], new RegExp(name));
  await assertToldWhy(
    makeDeployment(t, { ...options, image: 'none:1', pull: 'never' }).start(),
    ['IMAGE_NOT_FOUND'],
    /none:1/,
  );
});
