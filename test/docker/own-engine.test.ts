import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import { reap } from '../../src/sandbox/deployment/docker/owner/reap.ts';
import { assertToldWhy, bothBegun, busyboxImage, containers, docker, startDeployment } from './engine.ts';
import { crash, startOwnEngine } from './own-engine.ts';

// An engine of this file's own: others must not see their leftovers removed, or their engine stopped.
const engine = await startOwnEngine('docker');

test('what a crashed process left behind is removed by the next start, what lives or is meant to stay is not', async (t) => {
  const other = await startDeployment(t, { image: busyboxImage });
  const kept = await crash({ removeContainer: false });
  const left = await crash();
  t.after(() => docker('rm', '-f', kept));
  assert.ok(containers().includes(left));
  await startDeployment(t, { image: busyboxImage });
  const after = containers();
  assert.ok(!after.includes(left) && after.includes(kept) && after.includes(other.containerName as string));
});

test('`hrm-rex reap` tells what it would remove, and removes it', async () => {
  const left = await crash();
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'reap', ...args], { encoding: 'utf8' });
  assert.match(run('--dry-run'), new RegExp(`^would remove container ${left} `, 'm'));
  assert.ok(containers().includes(left));
  assert.match(run(), new RegExp(`^removed container ${left} `, 'm'));
  assert.ok(!containers().includes(left));
  assert.deepEqual(await reap(), []);
});

test('an engine that stops ends every waiting call, and after its return everything is cleaned up', async (t) => {
  const deployment = await startDeployment(t, { image: busyboxImage });
  const { runtime } = deployment;
  const name = deployment.containerName as string;
  const session = await runtime.createSession({ loadRc: false });
  const waiting = [runtime.execute('echo > /tmp/begun1; sleep 1000'), session.run('echo > /tmp/begun2; sleep 1000')];
  const told = Promise.all(
    waiting.map((call) => assertToldWhy(call, ['OUTCOME_UNKNOWN', 'SESSION_ENDED'], /container|engine|connection/)),
  );
  await runtime.execute(bothBegun);
  engine.stop();
  try {
    await told;
    await assertToldWhy(
      new DockerDeployment({ image: busyboxImage }).start(),
      ['CONNECTION_FAILED'],
      /no container engine is running/,
    );
    await assertToldWhy(deployment.stop(), ['CONNECTION_FAILED'], /engine/);
  } finally {
    engine.start();
  }
  assert.ok(containers().includes(name));
  const next = await startDeployment(t, { image: busyboxImage });
  assert.equal((await next.runtime.execute('echo back')).stdout, 'back\n');
  assert.ok(!containers().includes(name));
});
