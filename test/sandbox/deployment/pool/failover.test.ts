import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../../src/core/errors.ts';
import { leastBusyPlace } from '../../../../src/sandbox/deployment/pool/place.ts';
import { SessionPool, type SessionPoolOptions } from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { VirtualClock } from '../../../../src/testing/virtual-clock.ts';
import { ScriptedDeployment } from './scripted-deployment.ts';

function setUp(options: Partial<SessionPoolOptions> = {}) {
  const clock = new VirtualClock(1_000);
  const first = new ScriptedDeployment({ type: 'docker', clock });
  const second = new ScriptedDeployment({ type: 'local', clock });
  const pool = new SessionPool({
    clock,
    places: [
      { name: 'first', deployment: first.asDeployment },
      { name: 'second', deployment: second.asDeployment },
    ],
    ...options,
  });
  const heard: string[] = [];
  pool.events.on('down', ({ place, reason }) => heard.push(`${place} down: ${reason}`));
  pool.events.on('up', ({ place, downMs }) => heard.push(`${place} up after ${downMs}`));
  pool.events.on('failover', ({ from, to }) => heard.push(`${from[0]?.place} to ${to}: ${from[0]?.reason}`));
  return { clock, first, second, pool, heard };
}

test('a place that does not start is passed over with the reason, and used once it comes up', async () => {
  const { clock, first, pool, heard } = setUp();
  first.script.down = 'engine not running';
  await pool.start();
  await using here = await pool.acquire();
  assert.deepEqual([here.place, here.failedOver], ['second', [{ place: 'first', reason: 'engine not running' }]]);
  first.script.down = undefined;
  await clock.advance(10_000);
  await using back = await pool.acquire();
  assert.deepEqual([back.place, back.failedOver], ['first', []]);
  assert.deepEqual(heard, ['second up after 0', 'first to second: engine not running', 'first up after 10000']);
  assert.equal(pool.stats.failovers, 1);
  await clock.runUntil(pool.close());
});

test('a place that dies is found by the lease that cannot be opened there; that lease goes on to the next', async () => {
  const { clock, first, pool, heard } = setUp();
  await pool.start();
  const resting = await pool.acquire({ agent: 'a' });
  await resting.release();
  first.script.down = 'connection lost';
  await using lease = await pool.acquire({ agent: 'b' });
  assert.equal(lease.place, 'second');
  assert.equal(pool.stats.closed['place-down'], 1, 'what rested there is gone');
  assert.deepEqual(heard.slice(2), ['first down: connection lost', 'first to second: connection lost']);
  await using again = await pool.acquire({ agent: 'a' });
  assert.deepEqual([again.place, again.isReused], ['second', false]);
  await clock.runUntil(pool.close());
});

test('a place that dies is found by checks, after two in a row; it is not started again under leases', async () => {
  const { clock, first, pool } = setUp({ health: { intervalMs: 100 } });
  await pool.start();
  const lease = await pool.acquire();
  first.script.down = 'gone';
  await clock.advance(100);
  assert.equal(pool.places[0]?.state, 'up');
  await clock.advance(100);
  const [status] = pool.places;
  assert.deepEqual([status?.state, status?.reason, status?.since], ['down', 'gone', 1_200]);
  first.script.down = undefined;
  await clock.advance(100);
  assert.deepEqual([pool.places[0]?.state, first.starts], ['up', 1], 'it answers again, and was not started again');
  first.script.down = 'gone again';
  await clock.advance(200);
  await lease.release();
  first.script.down = undefined;
  await clock.advance(100);
  assert.deepEqual([pool.places[0]?.state, first.starts, first.stops], ['up', 2, 1]);
  await pool.close();
});

test('a place that does not answer in time is down', async () => {
  const { clock, first, pool } = setUp({ health: { intervalMs: 100, timeoutMs: 30, failures: 1 } });
  await pool.start();
  first.isAlive = () => new Promise(() => {});
  await clock.advance(130);
  assert.match(pool.places[0]?.reason ?? '', /within 30 ms/);
  await pool.close();
});

test('when every place that would do is down, requests fail with all reasons, also those that wait', async () => {
  const { clock, first, second, pool } = setUp({ max: 1, health: { intervalMs: 10, failures: 1 } });
  await pool.start();
  const lease = await pool.acquire();
  const waiting = pool.acquire();
  const check = assert.rejects(
    waiting,
    (error) => RexError.is(error, 'DEPLOYMENTS_DOWN') && error.retryable && error.context.reasons.second === 'two',
  );
  first.script.down = 'one';
  second.script.down = 'two';
  await clock.advance(10);
  await check;
  await assert.rejects(pool.acquire(), /first: one; second: two/);
  await assert.rejects(pool.acquire({ requires: { platform: 'docker' } }), /\(first: one\)/);
  second.script.down = undefined;
  await clock.advance(10);
  await lease.release();
  assert.equal((await pool.acquire()).place, 'second');
  await clock.runUntil(pool.close());
});

test('a pool of which nothing comes up does not start, and leaves nothing started', async () => {
  const { first, second, pool } = setUp();
  first.script.down = 'one';
  second.script.down = 'two';
  await assert.rejects(pool.start(), (error) => RexError.is(error, 'DEPLOYMENTS_DOWN'));
  assert.deepEqual([first.starts, second.starts], [0, 0]);
  await pool.close();
});

test('a deployment of somebody else is used, and neither started nor stopped', async () => {
  const { clock, first, second } = setUp();
  await first.start();
  const pool = new SessionPool({
    clock,
    places: [
      { name: 'theirs', deployment: first.asDeployment, isShared: true },
      { name: 'own', deployment: second.asDeployment },
    ],
  });
  await pool.start();
  assert.equal((await pool.acquire()).place, 'theirs');
  await clock.runUntil(pool.close());
  assert.deepEqual([first.starts, first.stops, second.starts, second.stops], [1, 0, 1, 1]);
  assert.equal(first.live.size, 0);
});

test('leases can be spread over the places', async () => {
  const { pool, clock } = setUp({ placement: leastBusyPlace });
  await pool.start();
  const places: string[] = [];
  for (let count = 0; count < 4; count++) places.push((await pool.acquire()).place);
  assert.deepEqual(places, ['first', 'second', 'first', 'second']);
  await clock.runUntil(pool.close());
});

test('the reason is kept although the place is up again by the time the lease is there', async () => {
  const { clock, first, second, pool } = setUp({ health: { intervalMs: 20 } });
  first.script.down = 'restarting';
  second.script.openMs = () => 30;
  await pool.start();
  const asked = pool.acquire();
  first.script.down = undefined;
  await clock.advance(30);
  const lease = await asked;
  assert.equal(pool.places[0]?.state, 'up');
  assert.deepEqual([lease.place, lease.failedOver], ['second', [{ place: 'first', reason: 'restarting' }]]);
  await clock.runUntil(pool.close());
});
