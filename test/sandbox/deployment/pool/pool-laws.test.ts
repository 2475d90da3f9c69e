import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../../src/core/errors.ts';
import {
  type SessionLease,
  SessionPool,
  type SessionRequest,
} from '../../../../src/sandbox/deployment/pool/session-pool.ts';
import { VirtualClock } from '../../../../src/testing/virtual-clock.ts';
import { ScriptedDeployment, type ScriptedSession } from './scripted-deployment.ts';

/** Something that happens to a pool. */
type Step =
  | { readonly kind: 'arrive'; readonly arrival: Arrival }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'kill'; readonly which: number }
  | { readonly kind: 'down' | 'up'; readonly place: 0 | 1 };

interface Arrival {
  readonly agent: number | undefined;
  readonly priority: number;
  readonly holdMs: number;
  readonly timeoutMs: number | undefined;
  readonly abortMs: number | undefined;
  readonly memory: number;
}

const arrivals: fc.Arbitrary<Arrival> = fc.record({
  agent: fc.option(fc.nat(5), { nil: undefined }),
  priority: fc.integer({ min: 1, max: 4 }),
  holdMs: fc.nat(40),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 4 }),
  abortMs: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined, freq: 4 }),
  memory: fc.nat(3),
});

const arrive = arrivals.map((arrival): Step => ({ kind: 'arrive', arrival }));
const advance = fc.nat(25).map((ms): Step => ({ kind: 'advance', ms }));
const kill = fc.nat(10).map((which): Step => ({ kind: 'kill', which }));
const upOrDown = fc.record({
  kind: fc.constantFrom('down' as const, 'up' as const),
  place: fc.constantFrom(0 as const, 1 as const),
});
const anything: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: arrive },
  { weight: 4, arbitrary: advance },
  { weight: 1, arbitrary: kill },
  { weight: 1, arbitrary: upOrDown },
);

/** A small model of what may be where, fed by what the world sees, and the lessees. */
class World {
  readonly clock = new VirtualClock(1);
  readonly leased = new Map<ScriptedSession, SessionLease>();
  /** Sessions that were given back and kept, least recently used first. */
  readonly resting = new Set<ScriptedSession>();
  readonly owners = new Map<ScriptedSession, string | undefined>();
  readonly errors: unknown[] = [];
  /** Laws that were broken where nobody could throw. */
  readonly violations: string[] = [];
  granted = 0;
  released = 0;
  isClosing = false;
  isStrict = false;
  readonly #random: () => number;
  readonly #lessees: Promise<void>[] = [];
  readonly places: readonly [ScriptedDeployment, ScriptedDeployment];

  constructor(random: () => number, withDelays: boolean) {
    this.#random = random;
    const time = (): number => (withDelays ? Math.floor(this.#random() * 12) : 0);
    const make = (type: string) =>
      new ScriptedDeployment({
        type,
        clock: this.clock,
        openMs: time,
        closeMs: time,
        onClosing: (session) => this.#closes(session),
      });
    this.places = [make('first'), make('second')];
  }

  get live(): number {
    return this.places[0].live.size + this.places[1].live.size;
  }

  arrive(pool: SessionPool, arrival: Arrival, onEnd: (isGranted: boolean) => void = () => {}): void {
    this.#lessees.push(this.#live(pool, arrival, onEnd));
  }

  kill(which: number): void {
    const sessions = [...this.leased.keys(), ...this.resting];
    const session = sessions[which % Math.max(1, sessions.length)];
    if (!session) return;
    session.state = 'closed';
    for (const place of this.places) place.live.delete(session);
  }

  async everybody(): Promise<void> {
    await this.clock.runUntil(Promise.all(this.#lessees));
  }

  async #live(pool: SessionPool, arrival: Arrival, onEnd: (isGranted: boolean) => void): Promise<void> {
    const { agent, priority, holdMs, timeoutMs, abortMs, memory } = arrival;
    const abort = new AbortController();
    const cancel =
      abortMs === undefined ? () => {} : this.clock.setTimer(abortMs, () => abort.abort(new Error('enough')));
    const request: SessionRequest = {
      priority,
      requires: { memoryBytes: memory },
      signal: abort.signal,
      ...(agent !== undefined && { agent: `agent${agent}` }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
    try {
      const lease = await pool.acquire(request);
      onEnd(true);
      this.#grants(lease);
      await new Promise<void>((resolve) => this.clock.setTimer(holdMs, resolve));
      this.#givesBack(lease);
      await Promise.all([lease.release(), lease.release()]);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      onEnd(false);
      this.errors.push(error);
    } finally {
      cancel();
    }
  }

  #grants(lease: SessionLease): void {
    const session = lease.session as unknown as ScriptedSession;
    assert.ok(!this.leased.has(session), 'a session is leased twice at once');
    const owner = this.owners.get(session);
    assert.equal(lease.isReused, this.owners.has(session));
    if (this.owners.has(session)) assert.ok(owner !== undefined && owner === lease.agent, 'state of another agent');
    this.owners.set(session, lease.agent);
    this.resting.delete(session);
    this.leased.set(session, lease);
    this.granted += 1;
  }

  #givesBack(lease: SessionLease): void {
    if (lease.isReleased) return;
    const session = lease.session as unknown as ScriptedSession;
    this.leased.delete(session);
    this.released += 1;
    if (session.state !== 'closed' && lease.key !== undefined) this.resting.add(session);
  }

  #closes(session: ScriptedSession): void {
    if (!this.isClosing && this.leased.has(session)) this.violations.push('a leased session was closed');
    const [eldest] = this.resting;
    if (this.isStrict && !this.isClosing && this.resting.has(session) && session !== eldest)
      this.violations.push('not the least recently used was recycled');
    this.resting.delete(session);
  }
}

function makePool(
  world: World,
  max: number,
  extra: { readonly idleMs?: number; readonly spares?: number } = {},
): SessionPool {
  const [first, second] = world.places;
  const { idleMs = 1000, spares = 0 } = extra;
  return new SessionPool({
    places: [
      { name: 'first', deployment: first.asDeployment, max: 3, spares, offers: { memoryBytes: 5 } },
      { name: 'second', deployment: second.asDeployment },
    ],
    max,
    idleMs,
    health: { intervalMs: 30 },
    clock: world.clock,
  });
}

function play(world: World, step: Step, pool: SessionPool): Promise<void> | undefined {
  switch (step.kind) {
    case 'arrive':
      world.arrive(pool, step.arrival);
      return undefined;
    case 'advance':
      return world.clock.advance(step.ms);
    case 'kill':
      world.kill(step.which);
      return undefined;
    case 'down':
    case 'up':
      world.places[step.place].script.down = step.kind === 'down' ? 'pulled the plug' : undefined;
      return undefined;
  }
}

const expected = new Set(['DEPLOYMENTS_DOWN', 'WAIT_TIMEOUT', 'POOL_CLOSED', 'CONNECTION_FAILED']);

test('whatever happens: never more than max, no busy session closed, nobody forgotten, nothing left', async () => {
  let granted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anything, { minLength: 20, maxLength: 80 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('drain', 'close'),
      fc.nat(2),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (steps, max, end, spares, stream) => {
        const world = new World(() => stream.next().value as number, true);
        const pool = makePool(world, max, { idleMs: 50, spares });
        await pool.start();
        for (const step of steps) {
          await play(world, step, pool);
          assert.ok(world.live <= max, `${world.live} sessions, at most ${max} allowed`);
          assert.ok(world.places[0].live.size <= 3, 'more than the place allows');
          const { busy, idle, opening, closing, utilisation } = pool.stats;
          assert.ok(busy + idle <= max && busy + idle + opening <= max + closing);
          assert.ok(utilisation >= 0 && utilisation <= 1);
        }
        world.isClosing = end === 'close';
        await world.clock.runUntil(end === 'close' ? pool.close({ graceMs: 10 }) : pool.drain());
        await world.everybody();
        assert.deepEqual(world.violations, []);
        assert.equal(world.live, 0, 'sessions are left');
        assert.deepEqual(
          [world.places[0].stops, world.places[1].stops],
          [world.places[0].starts, world.places[1].starts],
        );
        const stats = pool.stats;
        assert.equal(stats.acquired, world.granted);
        assert.equal(stats.released, stats.acquired, 'released exactly once each');
        assert.deepEqual([stats.busy, stats.idle, stats.opening, stats.closing, stats.waiting], [0, 0, 0, 0, 0]);
        for (const error of world.errors) {
          assert.ok(
            (RexError.is(error) && expected.has(error.code)) || String(error) === 'Error: enough',
            String(error),
          );
        }
        granted += world.granted;
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(granted > 1000, `only ${granted} leases`);
});

const quickly: fc.Arbitrary<Step> = fc.oneof({ weight: 6, arbitrary: arrive }, { weight: 4, arbitrary: advance });

test('priority, then arrival; the least recently used is recycled', async () => {
  let recycled = 0;
  let waited = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(quickly, { minLength: 20, maxLength: 80 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, max) => {
        const world = new World(() => 0, false);
        world.isStrict = true;
        const pool = new SessionPool({
          places: [{ name: 'only', deployment: world.places[0].asDeployment }],
          max,
          clock: world.clock,
        });
        await pool.start();
        const pending: { readonly priority: number; readonly number: number }[] = [];
        let lately: typeof pending = [];
        let number = 0;
        for (const step of steps) {
          lately = [];
          if (step.kind === 'arrive') {
            const one = { priority: step.arrival.priority, number: ++number };
            pending.push(one);
            world.arrive(pool, step.arrival, (isGranted) => {
              pending.splice(pending.indexOf(one), 1);
              if (isGranted) lately.push(one);
            });
          }
          for (let ms = step.kind === 'advance' ? step.ms : 0; ms >= 0; ms--) {
            await world.clock.advance(Math.min(1, ms));
            for (const { priority, number: arrival } of lately) {
              const overtaken = pending.find(
                (other) => other.priority > priority || (other.priority === priority && other.number < arrival),
              );
              assert.equal(overtaken, undefined, 'somebody was overtaken');
            }
            lately = [];
            if (pending.length > 0) assert.equal(pool.stats.busy, max, 'somebody waits although there is room');
            waited += pending.length;
          }
        }
        world.isClosing = true;
        await world.clock.runUntil(pool.close({ graceMs: 1 }));
        await world.everybody();
        assert.deepEqual(world.violations, []);
        assert.equal(pool.stats.released, pool.stats.acquired);
        recycled += pool.stats.closed.recycled;
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(recycled > 200 && waited > 1000, `${recycled} recycled, ${waited} waited`);
});

test('spares are kept ready, and idle and lifetime limits are met to the millisecond', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(quickly, { minLength: 10, maxLength: 50 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(3),
      async (steps, max, spares) => {
        const world = new World(() => 0, false);
        const pool = new SessionPool({
          places: [{ name: 'only', deployment: world.places[0].asDeployment, spares }],
          max,
          idleMs: 20,
          lifetimeMs: 60,
          clock: world.clock,
        });
        const ages: string[] = [];
        pool.events.on('closed', ({ reason, ageMs }) => {
          if (ageMs > 60 && ['idle', 'recycled', 'pool-closed'].includes(reason)) ages.push(`${reason} at ${ageMs}`);
        });
        await pool.start();
        for (const step of steps) {
          await play(world, step, pool);
          await world.clock.advance(0);
          const { busy, idle, waiting } = pool.stats;
          assert.ok(waiting > 0 || idle >= Math.min(spares, max - busy), `${idle} idle, ${busy} busy of ${max}`);
        }
        await world.clock.advance(100);
        await world.everybody();
        await world.clock.advance(21);
        const { idle, waiting } = pool.stats;
        assert.deepEqual({ idle, waiting }, { idle: Math.min(spares, max), waiting: 0 }, 'only spares rest for ever');
        assert.deepEqual(ages, [], 'nothing rests beyond its lifetime');
        await world.clock.runUntil(pool.close());
        assert.equal(world.live, 0);
      },
    ),
    { numRuns: 150, includeErrorInReport: true },
  );
});
