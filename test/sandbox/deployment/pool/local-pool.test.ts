import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomId } from '../../../../src/core/ids.ts';
import { LocalDeployment } from '../../../../src/sandbox/deployment/local-deployment.ts';
import { DeploymentPool } from '../../../../src/sandbox/deployment/pool/deployment-pool.ts';
import { SessionPool } from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { leftoverProcesses } from '../../../../src/testing/leftover-processes.ts';

const variable = 'HRM_REX_POOL_TEST';

function marked() {
  const value = randomId();
  const deployment = () => new LocalDeployment({ env: { [variable]: value } });
  return { deployment, leftovers: () => leftoverProcesses({ variable, value, patienceMs: 5_000 }) };
}

test('200 leases over at most 50 sessions: every agent sees its own state only, and nothing is left', async () => {
  const { deployment, leftovers } = marked();
  const pool = new SessionPool({ max: 50, places: [{ name: 'here', deployment: deployment() }] });
  await pool.start();
  let most = 0;
  pool.events.on('opened', () => {
    const { busy, idle, opening } = pool.stats;
    most = Math.max(most, busy + idle + opening);
  });
  const lease = async (agent: string): Promise<string> =>
    await pool.use({ agent, session: { loadRc: false } }, async ({ session, isReused }) => {
      const { output } = await session.run('count=$((count + 1)); name=${name:-none}; echo "$name $count"');
      await session.run(`name=${agent}`);
      return `${isReused ? agent : 'none'} ${output.trim().split(' ')[1]}` === output.trim() ? 'right' : output;
    });
  const agents = Array.from({ length: 200 }, (_, index) => `agent${index % 70}`);
  const found = await Promise.all(agents.map(lease));
  assert.deepEqual(new Set(found), new Set(['right']));
  const { acquired, released, waiting } = pool.stats;
  assert.deepEqual({ acquired, released, waiting }, { acquired: 200, released: 200, waiting: 0 });
  assert.ok(most <= 50, `${most} sessions`);
  await pool.close();
  assert.deepEqual(await leftovers(), []);
});

test('a session whose shell is killed under a lease ends that lease only; the next one is fresh', async () => {
  const { deployment, leftovers } = marked();
  const pool = new SessionPool({ places: [{ name: 'here', deployment: deployment() }] });
  await pool.start();
  {
    await using lease = await pool.acquire({ agent: 'a', session: { loadRc: false } });
    await lease.session.run('mine=1');
    await assert.rejects(lease.session.run('kill -9 $$'), /session/);
  }
  await using next = await pool.acquire({ agent: 'a', session: { loadRc: false } });
  assert.equal((await next.session.run('echo "${mine-fresh}"')).output, 'fresh\n');
  await next.release();
  await pool.close();
  assert.deepEqual(await leftovers(), []);
});

test('a request with the wrong start options fails as createSession does', async () => {
  await using pool = await new SessionPool({ places: [{ name: 'here', deployment: new LocalDeployment() }] }).start();
  await assert.rejects(pool.acquire({ session: { startupSource: ['/nonexistent/file'] } }), /startup file/);
  assert.equal(pool.places[0]?.state, 'up');
});

test('sessions of others on the same deployment stay untouched', async () => {
  await using deployment = await new LocalDeployment().start();
  await using theirs = await deployment.runtime.createSession({ loadRc: false });
  const pool = new SessionPool({ max: 1, places: [{ name: 'here', deployment, isShared: true }] });
  await pool.start();
  for (const agent of ['a', 'b', 'c']) await pool.use({ agent }, ({ session }) => session.run('true'));
  assert.equal(pool.stats.closed.recycled, 2);
  await pool.close();
  assert.equal((await theirs.run('echo here')).output, 'here\n');
  assert.deepEqual(await deployment.runtime.sessions(), ['default']);
});

test('whole deployments are leased: stopped without a key, kept with one, and failed over', async () => {
  const { deployment, leftovers } = marked();
  const pool = new DeploymentPool({
    max: 2,
    places: [
      { name: 'broken', create: () => new LocalDeployment({ network: 'none' }) },
      { name: 'works', create: deployment, spares: 1 },
    ],
  });
  await pool.start();
  const first = await pool.acquire({ agent: 'a' });
  assert.deepEqual([first.place, first.failedOver[0]?.place], ['works', 'broken']);
  assert.match(first.failedOver[0]?.reason ?? '', /isolation/);
  const kept = first.deployment;
  await kept.runtime.createSession({ session: 'mine', loadRc: false });
  await first.release();
  const other = await pool.acquire();
  const stopped = other.deployment;
  assert.notEqual(stopped, kept);
  await other.release();
  assert.equal((await stopped.isAlive()).isAlive, false);
  await using again = await pool.acquire({ agent: 'a' });
  assert.deepEqual(await again.runtime.sessions(), ['mine']);
  await again.release();
  await pool.close();
  assert.equal((await kept.isAlive()).isAlive, false);
  assert.deepEqual(await leftovers(), []);
});
