import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../../src/core/error-codes.ts';
import { RexError } from '../../../../src/core/errors.ts';
import {
  type SessionLease,
  SessionPool,
  type SessionPoolOptions,
} from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { VirtualClock } from '../../../../src/testing/virtual-clock.ts';
import { ScriptedDeployment, type ScriptedSession } from './scripted-deployment.ts';

const has =
  (code: ErrorCode, text = /./) =>
  (error: unknown) =>
    RexError.is(error, code) && text.test(error.message);
const sessionOf = (lease: SessionLease) => lease.session as unknown as ScriptedSession;

function setUp(options: Partial<SessionPoolOptions> = {}) {
  const clock = new VirtualClock(1_000);
  const first = new ScriptedDeployment({ type: 'docker', clock });
  const second = new ScriptedDeployment({ type: 'local', clock });
  const pool = new SessionPool({
    places: [
      { name: 'first', deployment: first.asDeployment },
      { name: 'second', deployment: second.asDeployment },
    ],
    clock,
    ...options,
  });
  const heard: string[] = [];
  for (const name of ['down', 'up', 'failover', 'closed', 'paused', 'resumed', 'alert'] as const) {
    pool.events.on(name, () => heard.push(name));
  }
  return { clock, first, second, pool, heard };
}

test('a lease without a key is fresh and closed at the release; the session is gone from the lease', async () => {
  const { pool, first } = setUp();
  await pool.start();
  const lease = await pool.acquire();
  const session = sessionOf(lease);
  assert.equal(session.state, 'idle');
  await lease.release();
  assert.equal(session.state, 'closed');
  assert.equal(first.live.size, 0);
  assert.throws(() => lease.session, has('LEASE_RELEASED'));
  assert.ok(lease.isReleased);
  await pool.close();
});

test('an agent gets its own session back, another agent never; lease ids differ from session names', async () => {
  const { clock, pool } = setUp();
  await pool.start();
  const one = await pool.acquire({ agent: 'a' });
  const session = sessionOf(one);
  await one.release();
  const other = await pool.acquire({ agent: 'b' });
  assert.notEqual(sessionOf(other), session);
  assert.equal(other.isReused, false);
  const again = await pool.acquire({ agent: 'a' });
  assert.equal(sessionOf(again), session);
  assert.equal(again.isReused, true);
  assert.notEqual(again.id, one.id);
  assert.notEqual(again.id, session.name);
  const byKey = await pool.acquire({ agent: 'c', key: 'b' });
  assert.equal(byKey.isReused, false, 'what is leased is not handed out twice');
  await clock.runUntil(pool.close());
});

test('a key hands state from one agent to another that asks for it', async () => {
  const { clock, pool } = setUp();
  await pool.start();
  const one = await pool.acquire({ agent: 'a', key: 'task-7' });
  const session = sessionOf(one);
  await one.release();
  await using two = await pool.acquire({ agent: 'b', key: 'task-7' });
  assert.equal(sessionOf(two), session);
  await clock.runUntil(pool.close());
});

for (const state of ['closed', 'busy'] as const) {
  test(`a session that is ${state} at the release is not handed out again`, async () => {
    const { clock, pool } = setUp();
    await pool.start();
    const lease = await pool.acquire({ agent: 'a' });
    const session = sessionOf(lease);
    session.state = state;
    await lease.release();
    await using next = await pool.acquire({ agent: 'a' });
    assert.notEqual(sessionOf(next), session);
    assert.equal(next.isReused, false);
    assert.equal(pool.stats.closed.unusable, 1);
    await clock.runUntil(pool.close());
  });
}

/** Starts a pool in which a session of agent `a` has ended while it rested. */
async function dieAtRest(pool: SessionPool) {
  await pool.start();
  const lease = await pool.acquire({ agent: 'a' });
  const session = sessionOf(lease);
  await lease.release();
  session.state = 'closed';
  return session;
}

test('a session that dies while it rests is replaced', async () => {
  const { pool, clock } = setUp();
  const session = await dieAtRest(pool);
  const next = await pool.acquire({ agent: 'a' });
  assert.notEqual(sessionOf(next), session);
  await next.release();
  assert.equal(pool.stats.idle, 1);
  await clock.runUntil(pool.close());
});

test('the health check finds a session that died while it rested', async () => {
  const { pool, clock } = setUp();
  await dieAtRest(pool);
  await clock.advance(10_000);
  assert.deepEqual([pool.stats.idle, pool.stats.closed.unusable], [0, 1]);
  await pool.close();
});

test('requirements choose the place; what no place could ever meet is refused at once', async () => {
  const clock = new VirtualClock();
  const small = new ScriptedDeployment({ type: 'docker', clock });
  const large = new ScriptedDeployment({ type: 'ssh', clock });
  const pool = new SessionPool({
    clock,
    places: [
      { name: 'small', deployment: small.asDeployment, offers: { memoryBytes: 100, capabilities: ['git'] } },
      { name: 'large', deployment: large.asDeployment, offers: { memoryBytes: 900, network: 'none' } },
    ],
  });
  await pool.start();
  assert.equal((await pool.acquire({ requires: { memoryBytes: 100 } })).place, 'small');
  assert.equal((await pool.acquire({ requires: { memoryBytes: 1 } })).place, 'large', 'the small one is full');
  assert.equal((await pool.acquire({ requires: { platform: 'ssh' } })).place, 'large');
  assert.equal((await pool.acquire({ requires: { capabilities: ['git'] } })).place, 'small');
  await assert.rejects(
    pool.acquire({ requires: { memoryBytes: 901 } }),
    has('UNPLACEABLE', /small: memoryBytes is 100; large: memoryBytes is 900/),
  );
  await assert.rejects(pool.acquire({ requires: { platform: 'modal' } }), has('UNPLACEABLE', /platform is docker/));
  await assert.rejects(pool.acquire({ requires: { capabilities: ['gpu'] } }), has('UNPLACEABLE', /lack gpu/));
  await assert.rejects(pool.acquire({ requires: { network: 'full', capabilities: ['gpu'] } }), has('UNPLACEABLE'));
  await clock.runUntil(pool.close());
});

test('memory that leases hold makes others wait, and those for other places pass', async () => {
  const clock = new VirtualClock();
  const place = new ScriptedDeployment({ clock });
  const other = new ScriptedDeployment({ type: 'other', clock });
  const pool = new SessionPool({
    clock,
    places: [
      { name: 'place', deployment: place.asDeployment, offers: { memoryBytes: 10 } },
      { name: 'other', deployment: other.asDeployment, offers: { memoryBytes: 1 } },
    ],
  });
  await pool.start();
  const holder = await pool.acquire({ requires: { memoryBytes: 6 } });
  const order: string[] = [];
  const note = (name: string, lease: SessionLease): SessionLease => {
    order.push(name);
    return lease;
  };
  const large = pool.acquire({ requires: { memoryBytes: 8 } }).then((lease) => note('large', lease));
  const small = pool
    .acquire({ requires: { memoryBytes: 3, platform: 'scripted' } })
    .then((lease) => note('small', lease));
  await using elsewhere = await pool.acquire({ requires: { platform: 'other' } });
  assert.equal(elsewhere.place, 'other');
  await clock.advance(0);
  assert.deepEqual(order, [], 'the small one does not starve the large one');
  await holder.release();
  await (await large).release();
  await (await small).release();
  assert.deepEqual(order, ['large', 'small']);
  await clock.runUntil(pool.close());
});

test('a busy lease is never recycled: the next waits for a release', async () => {
  const { pool, clock } = setUp({ max: 1 });
  await pool.start();
  const first = await pool.acquire({ agent: 'a' });
  const second = pool.acquire({ agent: 'b' });
  await clock.advance(3_600_000);
  assert.equal(sessionOf(first).state, 'idle');
  assert.equal(pool.stats.waiting, 1);
  await first.release();
  await using lease = await second;
  assert.equal(lease.waitedMs, 3_600_000);
  assert.equal(pool.stats.closed.recycled, 1);
  await clock.runUntil(pool.close());
});

test('a wait ends with its timeout, its signal, and the pool, each with the reason', async () => {
  const { pool, clock } = setUp({ max: 1 });
  await pool.start();
  const holder = await pool.acquire();
  const late = pool.acquire({ timeoutMs: 50 });
  const aborted = new AbortController();
  const given = pool.acquire({ signal: aborted.signal });
  const waiting = pool.acquire();
  const checks = [
    assert.rejects(late, has('WAIT_TIMEOUT')),
    assert.rejects(given, /no longer/),
    assert.rejects(waiting, has('POOL_CLOSED', /maintenance/)),
  ];
  await clock.advance(50);
  aborted.abort(new Error('no longer'));
  const closing = pool.close({ reason: 'maintenance' });
  assert.ok(RexError.is(holder.signal.reason, 'POOL_CLOSED'));
  await holder.release();
  await closing;
  await Promise.all(checks);
  assert.equal(pool.stats.refused, 3);
  await assert.rejects(pool.acquire(), has('POOL_CLOSED', /maintenance/));
  await assert.rejects(pool.acquire({ signal: AbortSignal.abort(new Error('before')) }), /before/);
});

test('draining refuses those who wait, lets lessees finish, and then takes the places down', async () => {
  const { pool, clock, first } = setUp({ max: 1 });
  await pool.start();
  const lease = await pool.acquire({ agent: 'a' });
  const refused = assert.rejects(pool.acquire({ agent: 'b' }), has('POOL_CLOSED', /draining/));
  const draining = pool.drain();
  await refused;
  await clock.advance(3_600_000);
  assert.equal(lease.signal.aborted, false);
  assert.equal(sessionOf(lease).state, 'idle');
  assert.equal(first.stops, 0);
  await lease.release();
  await draining;
  assert.deepEqual([first.stops, first.live.size, pool.stats.closed['pool-closed']], [1, 0, 1]);
});

test('closing ends what is not given back in time, once', async () => {
  const { pool, clock, first } = setUp();
  await pool.start();
  const lease = await pool.acquire();
  const closing = pool.close({ graceMs: 100 });
  await clock.advance(99);
  assert.equal(lease.isReleased, false);
  await clock.advance(1);
  await closing;
  await pool.close();
  assert.equal(lease.isReleased, true);
  assert.deepEqual([pool.stats.released, first.live.size, clock.waiting], [1, 0, 0]);
});

test('a pool that is not started hands out nothing; one without places or with odd figures is refused', async () => {
  const { pool, first } = setUp();
  await assert.rejects(pool.acquire(), has('POOL_CLOSED', /not started/));
  await pool.close();
  await assert.rejects(pool.start(), has('POOL_CLOSED'));
  assert.equal(first.starts, 0);
  assert.throws(() => new SessionPool({ places: [] }), has('INVALID_ARGUMENT'));
  const place = { name: 'same', deployment: first.asDeployment };
  assert.throws(() => new SessionPool({ places: [place, place] }), has('INVALID_ARGUMENT', /same/));
  for (const odd of [{ max: 0 }, { max: 1.5 }, { idleMs: -1 }, { health: { intervalMs: 0 } }]) {
    assert.throws(() => new SessionPool({ places: [place], ...odd }), has('INVALID_ARGUMENT'));
  }
});

test('utilisation is busy lease time by pool time', async () => {
  const { pool, clock } = setUp({ max: 2 });
  await pool.start();
  const lease = await pool.acquire();
  await clock.advance(60);
  await lease.release();
  await clock.advance(40);
  const { busyMs, openMs, utilisation, acquired, opened } = pool.stats;
  assert.deepEqual(
    { busyMs, openMs, utilisation, acquired, opened },
    { busyMs: 60, openMs: 100, utilisation: 0.3, acquired: 1, opened: 1 },
  );
  await pool.close();
});

test('a request to blame fails alone, and the place stays up', async () => {
  const { clock, pool, first } = setUp();
  await pool.start();
  first.script.failure = new Error('no such file to source');
  await assert.rejects(pool.acquire({ session: { startupSource: ['/none'] } }), /no such file/);
  first.script.failure = undefined;
  await using lease = await pool.acquire();
  assert.deepEqual([lease.place, pool.places[0]?.state], ['first', 'up']);
  await clock.runUntil(pool.close());
});

test('a request with its own start options gets no spare; one without does', async () => {
  const clock = new VirtualClock();
  const seen: unknown[] = [];
  const deployment = new ScriptedDeployment({ clock, onOpen: ({ cwd }) => void seen.push(cwd) });
  const pool = new SessionPool({ clock, places: [{ name: 'only', deployment: deployment.asDeployment, spares: 1 }] });
  await pool.start();
  await clock.advance(0);
  assert.deepEqual(seen, [undefined]);
  const own = await pool.acquire({ session: { cwd: '/srv' } });
  assert.deepEqual(seen, [undefined, '/srv']);
  const plain = await pool.acquire();
  assert.equal(plain.waitedMs, 0);
  await clock.advance(0);
  assert.equal(seen.length, 3, 'the spare that went is replaced');
  await own.release();
  await plain.release();
  await pool.close();
});

test('a listener that throws disturbs nobody', async (t) => {
  const { pool } = setUp();
  const warned = new Promise((resolve) => process.once('warning', resolve));
  t.after(() => pool.close());
  pool.events.on('acquired', () => {
    throw new Error('listener');
  });
  await pool.start();
  await using lease = await pool.acquire();
  assert.equal(lease.place, 'first');
  assert.match(String(await warned), /listener/);
});

test('a session that never comes up cannot hold up the end', async () => {
  const { clock, first, pool } = setUp({ closeTimeoutMs: 200 });
  await pool.start();
  first.createSession = () => new Promise(() => {});
  const refused = assert.rejects(pool.acquire(), has('POOL_CLOSED'));
  await clock.runUntil(pool.close({ graceMs: 100 }));
  await refused;
  assert.equal(first.stops, 1);
  assert.equal(clock.now(), 1_300);
});

test('two hundred requests may share a signal', async () => {
  const { clock, pool } = setUp({ max: 1 });
  await pool.start();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const abort = new AbortController();
  const asked = Array.from({ length: 200 }, () => pool.acquire({ signal: abort.signal }));
  const holder = await asked[0];
  abort.abort(new Error('all of you'));
  const settled = await Promise.allSettled(asked);
  assert.equal(settled.filter(({ status }) => status === 'rejected').length, 199);
  assert.equal(holder?.signal.aborted, true);
  assert.equal(holder?.isReleased, false, 'a lease is released by its lessee');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  assert.deepEqual(warnings, []);
  await clock.runUntil(pool.close());
});

test('a request that gives up while its session opens takes the opening back', async () => {
  const { clock, first, pool } = setUp({ max: 1 });
  first.script.openMs = () => 1_000;
  await pool.start();
  const abort = new AbortController();
  const asked = pool.acquire({ signal: abort.signal });
  await clock.advance(10);
  assert.equal(pool.stats.opening, 1);
  abort.abort(new Error('never mind'));
  await assert.rejects(asked, /never mind/);
  await clock.advance(0);
  assert.deepEqual([pool.stats.opening, first.live.size, pool.places[0]?.state], [0, 0, 'up']);
  await clock.runUntil(pool.close());
});

test('a spare whose lessee gives up at once stays a spare', async () => {
  const clock = new VirtualClock();
  const deployment = new ScriptedDeployment({ clock });
  const pool = new SessionPool({
    clock,
    places: [{ name: 'only', deployment: deployment.asDeployment, spares: 1, max: 1 }],
  });
  await pool.start();
  await clock.advance(0);
  const abort = new AbortController();
  const asked = pool.acquire({ signal: abort.signal });
  abort.abort(new Error('never mind'));
  await assert.rejects(asked, /never mind/);
  const lease = await pool.acquire({ agent: 'next' });
  assert.deepEqual([pool.stats.opened, lease.isReused], [1, false]);
  await clock.runUntil(pool.close());
});
