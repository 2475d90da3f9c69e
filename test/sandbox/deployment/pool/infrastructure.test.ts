import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../../src/core/errors.ts';
import { DummyDeployment } from '../../../../src/sandbox/deployment/dummy-deployment.ts';
import { startInfrastructure } from '../../../../src/sandbox/deployment/pool/infrastructure.ts';
import { runAgents } from '../../../../src/sandbox/deployment/pool/run-agents.ts';
import { secureOptions, tierLimits } from '../../../../src/sandbox/deployment/pool/secure-options.ts';
import { SessionPool } from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { VirtualClock } from '../../../../src/testing/virtual-clock.ts';
import { ScriptedDeployment } from './scripted-deployment.ts';

test('deployments start together by name; one that fails stops no other', async () => {
  const clock = new VirtualClock();
  const failing = new ScriptedDeployment({ clock, down: 'no engine' });
  const slow = new ScriptedDeployment({ clock });
  slow.start = (({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))) as never;
  const starting = startInfrastructure(
    {
      good: { type: 'dummy' },
      failing: failing.asDeployment,
      wrong: { type: 'modal' } as never,
      slow: slow.asDeployment,
    },
    { timeoutMs: 500, clock },
  );
  const infrastructure = await clock.runUntil(starting);
  const { platforms, places } = infrastructure;
  const states = Object.entries(platforms).map(([name, { status }]) => `${name} ${status}`);
  assert.deepEqual(states, ['good started', 'failing failed', 'wrong failed', 'slow failed']);
  assert.match(String(platforms.slow?.status === 'failed' && platforms.slow.error), /within 500 ms/);
  assert.deepEqual(
    places.map(({ name }) => name),
    ['good'],
  );
  const good = infrastructure.deployment('good');
  assert.ok((await good.isAlive()).isAlive);
  for (const name of ['failing', 'unheard of']) {
    assert.throws(
      () => infrastructure.deployment(name),
      (error) => RexError.is(error, 'DEPLOYMENT_NOT_STARTED'),
    );
  }
  const pool = await new SessionPool({ places }).start();
  assert.equal((await pool.acquire()).place, 'good');
  await pool.close({ graceMs: 1 });
  assert.ok((await good.isAlive()).isAlive, 'the pool leaves it running');
  await infrastructure.stop();
  await infrastructure.stop();
  assert.equal((await good.isAlive()).isAlive, false);
});

test('agents run at once and are collected by name; one that fails or hangs disturbs nobody', async () => {
  const deployment = new DummyDeployment({ on: [[/hello/, 'hello\n']] });
  await using pool = await new SessionPool({ max: 3, places: [{ name: 'dummy', deployment }] }).start();
  let attempts = 0;
  const results = await runAgents<unknown>(
    pool,
    [
      { agent: 'plain', work: 'echo hello' },
      { agent: 'function', work: async (lease) => `${lease.agent} on ${lease.place}` },
      {
        agent: 'flaky',
        work: async () => {
          attempts += 1;
          if (attempts < 3) throw new Error('not yet');
          return 'at last';
        },
      },
      { agent: 'hopeless', requires: { platform: 'mainframe' }, work: 'true' },
      { agent: 'failing', work: () => Promise.reject(new Error('never')) },
      {
        agent: 'hanging',
        work: (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    ],
    { retries: 2, timeoutMs: 300 },
  );
  const shown = Object.fromEntries(
    [...results].map(([agent, result]) => [
      agent,
      `${result.status} after ${result.attempts}: ${result.status === 'failed' ? (result.error as Error).message : ''}`,
    ]),
  );
  assert.match(shown.hanging ?? '', /^failed after 1: hanging took longer than 300 ms$/);
  assert.match(shown.hopeless ?? '', /^failed after 1: no place meets/);
  assert.equal(shown.failing, 'failed after 3: never');
  assert.equal(shown.flaky, 'done after 3: ');
  const plain = results.get('plain');
  assert.equal(plain?.status === 'done' && (plain.value as { output: string }).output, 'hello\n');
  const byFunction = results.get('function');
  assert.equal(byFunction?.status === 'done' && byFunction.value, 'function on dummy');
  assert.deepEqual([pool.leases.length, pool.stats.busy], [0, 0]);
  const twins = [
    { agent: 'twin', work: 'true' },
    { agent: 'twin', work: 'true' },
  ];
  await assert.rejects(runAgents(pool, twins), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
});

test('the options for an agent follow its risk, its tier and its need of a network', () => {
  assert.deepEqual(secureOptions(), {
    local: { isolation: 'bubblewrap', network: 'none', limits: tierLimits.small },
    docker: { network: 'none', limits: tierLimits.small },
  });
  const risky = secureOptions({ riskLevel: 'high', needsNetwork: true, resourceTier: 'large' });
  assert.deepEqual(
    [risky.local.network, risky.docker.network, risky.docker.limits],
    ['none', 'none', tierLimits.large],
  );
  const medium = secureOptions({ riskLevel: 'medium', needsNetwork: true });
  assert.deepEqual([medium.local.network, medium.docker.network], ['full', 'bridge']);
  assert.deepEqual(secureOptions({ riskLevel: 'low' }).local, { isolation: 'none' });
});
