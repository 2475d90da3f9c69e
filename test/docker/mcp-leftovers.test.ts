import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { main, startServer } from '../gateway/mcp/server-process.ts';
import { makeScratch } from '../scratch-directory.ts';
import { busyboxImage, containers, docker } from './engine.ts';
import { startOwnEngine } from './own-engine.ts';

// An engine of this file's own: here all containers are its own, and others must not see their leftovers removed.
await startOwnEngine('docker');

test('the configuration names an image, and the files of a container are its own', async (t) => {
  const config = join(await makeScratch(t), 'config.json');
  const deployments = {
    small: { type: 'docker', image: busyboxImage, network: 'none', limits: { memoryBytes: 64_000_000 } },
  };
  await writeFile(config, JSON.stringify({ deployments }));
  await using server = await startServer(['--config', config]);
  const { value: made } = await server.call('sandbox_create', {});
  assert.deepEqual([made.deployment, made.workspace], ['small', '/workspace']);
  const { value: other } = await server.call('sandbox_create', {});
  await server.call('file_write', { sandbox: made.sandbox, path: '/tmp/mine', content: 'x' });
  assert.match((await server.call('file_read', { sandbox: other.sandbox, path: '/tmp/mine' })).text, /FILE_NOT_FOUND/);
  assert.deepEqual((await server.call('file_search', { sandbox: made.sandbox, glob: '*' })).value.matches, []);
  assert.equal(containers().length, 2);
  await server[Symbol.asyncDispose]();
  while (containers().length > 0) await new Promise(setImmediate);
});

test('the container of a server that was killed with -9 is removed by the next start, or by reap', async () => {
  for (const remove of ['start', 'reap'] as const) {
    const server = await startServer(['--deployment', `docker:${busyboxImage}`]);
    await server.call('exec', { command: 'sleep 1000', wait_s: 0 });
    const [left] = containers();
    assert.ok(left);
    const ended = new Promise<void>((resolve) => (server.client.onclose = resolve));
    process.kill(server.pid, 'SIGKILL');
    await ended;
    assert.deepEqual(containers(), [left]);
    if (remove === 'reap') {
      const said = execFileSync(process.execPath, ['--import', 'tsx', main, 'reap'], { encoding: 'utf8' });
      assert.match(said, new RegExp(`removed container ${left}`));
    } else {
      await using next = await startServer(['--deployment', `docker:${busyboxImage}`]);
      await next.call('sandbox_create', {});
      assert.ok(!containers().includes(left));
    }
  }
  while (containers().length > 0) await new Promise(setImmediate);
});

test('a container that is killed is an error, and another sandbox can be made', async () => {
  await using server = await startServer(['--deployment', `docker:${busyboxImage}`]);
  const { value } = await server.call('sandbox_create', {});
  const running = server.call('exec', { sandbox: value.sandbox, command: 'echo begun; sleep 1000', wait_s: 40 });
  const [name = ''] = containers();
  while (!docker('top', name).includes('sleep 1000')) await server.client.ping();
  docker('kill', name);
  const { value: job } = await running;
  assert.equal(job.status, 'killed');
  assert.match(job.note, /container/);
  assert.equal((await server.call('exec', { sandbox: value.sandbox, command: 'true' })).isError, true);
  assert.equal((await server.call('exec', { command: 'echo again' })).value.stdout, 'again\n');
});
