import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deferred } from '../../../../src/core/deferred.ts';
import { LinkPool, type PooledLink } from '../../../../src/sandbox/deployment/ssh/link/link-pool.ts';
import { rejectionOf } from '../../../../src/testing/contract/expect-error.ts';
import { VirtualClock } from '../../../../src/testing/index.ts';

class FakeLink implements PooledLink {
  reason: string | undefined;
  readonly #lost = deferred<string>();

  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  close(reason = 'closed'): void {
    this.reason ??= reason;
    this.#lost.resolve(this.reason);
  }
}

function makePool(options: { channelsPerLink?: number; open?: (signal: AbortSignal) => Promise<FakeLink> } = {}) {
  const links: FakeLink[] = [];
  const clock = new VirtualClock();
  const open = async (): Promise<FakeLink> => {
    const link = new FakeLink();
    links.push(link);
    return link;
  };
  const pool = new LinkPool<FakeLink>({ open, channelsPerLink: 8, idleMs: 1_000, clock, ...options });
  return { pool, links, clock };
}

test('no link ever has more channels than allowed, and no more links are opened than needed', async () => {
  const steps = fc.array(fc.oneof(fc.constant('lease' as const), fc.nat({ max: 50 })), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (channelsPerLink, wanted) => {
      const { pool, links } = makePool({ channelsPerLink });
      const leases: Awaited<ReturnType<typeof pool.lease>>[] = [];
      let most = 0;
      for (const step of wanted) {
        if (step === 'lease') leases.push(await pool.lease());
        else if (leases.length > 0) leases.splice(step % leases.length, 1)[0]?.release();
        most = Math.max(most, leases.length);
        assert.ok(pool.load.every((used) => used <= channelsPerLink));
        assert.equal(
          pool.load.reduce((sum, used) => sum + used, 0),
          leases.length,
        );
      }
      assert.ok(links.length <= Math.ceil(most / channelsPerLink));
      pool.close();
    }),
  );
});

test('calls that come at once share one new link, then the next', async () => {
  const { pool, links } = makePool();
  await Promise.all(Array.from({ length: 20 }, () => pool.lease()));
  assert.equal(links.length, 3);
  assert.deepEqual(pool.load, [8, 8, 4]);
});

test('a link that the host allows fewer channels on is not asked for more', async () => {
  const { pool, links } = makePool();
  await pool.lease();
  await pool.lease();
  (await pool.lease()).refused();
  await pool.lease();
  assert.equal(links.length, 2);
  assert.deepEqual(pool.load, [2, 1]);
});

test('a cut link is replaced at the next call, and a released lease of it counts for nothing', async () => {
  const { pool, links } = makePool();
  const lease = await pool.lease();
  links[0]?.close('cut');
  await lease.link.lost;
  assert.equal((await pool.lease()).link, links[1]);
  lease.release();
  lease.release();
  assert.deepEqual(pool.load, [1]);
});

test('an idle link is closed after its time, but never the last one, nor one that is held', async () => {
  const { pool, links, clock } = makePool({ channelsPerLink: 1 });
  const [one, two] = [await pool.lease(), await pool.lease()];
  two.release();
  await clock.advance(999);
  assert.equal(pool.size, 2);
  await clock.advance(1);
  assert.equal(links[1]?.reason, 'the connection was idle');
  one.release();
  await clock.advance(10_000);
  assert.equal(pool.size, 1);

  const held = await pool.hold();
  const again = await Promise.all([pool.lease(), pool.lease()]);
  for (const lease of again) lease.release();
  await clock.advance(10_000);
  assert.equal(held.link.reason, undefined);
  assert.equal(pool.size, 1);
});

test('a link that cannot be opened fails every call that waits for it, and the next call tries again', async () => {
  let attempts = 0;
  const { pool } = makePool({
    open: async () => {
      if (++attempts === 1) throw new Error('refused');
      return new FakeLink();
    },
  });
  const errors = await Promise.all([rejectionOf(pool.lease()), rejectionOf(pool.lease())]);
  assert.deepEqual(errors.map(String), ['Error: refused', 'Error: refused']);
  await pool.lease();
  assert.equal(attempts, 2);
});

test('an abort ends the wait of one call only', async () => {
  const gate = deferred<FakeLink>();
  const { pool } = makePool({ open: () => gate.promise });
  const controller = new AbortController();
  const given = pool.lease(controller.signal);
  const patient = pool.lease();
  controller.abort(new Error('enough'));
  assert.equal(String(await rejectionOf(given)), 'Error: enough');
  gate.resolve(new FakeLink());
  await patient;
  assert.deepEqual(pool.load, [1]);
});

test('a closed pool closes its links, also one that is about to open, and gives no more', async () => {
  const gate = deferred<FakeLink>();
  const { pool } = makePool({ open: () => gate.promise });
  const waiting = pool.lease();
  pool.close();
  const late = new FakeLink();
  gate.resolve(late);
  await rejectionOf(waiting);
  assert.equal(late.reason, 'closed');
  await rejectionOf(pool.lease());
});
