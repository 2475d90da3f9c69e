import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fifo,
  priority,
  roundRobin,
  type Scheduler,
  type SchedulingPolicy,
  scheduler,
  type WorkItem,
} from 'hrm-rex/orchestration';
import { deferred } from '../../../src/core/deferred.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';

const item = (id: number, more: Partial<WorkItem> = {}): WorkItem => ({
  id: String(id),
  agent: 'agent',
  lane: 'task',
  priority: 2,
  requires: undefined,
  enqueuedAt: 0,
  ...more,
});
const all = (): boolean => true;

function take(policy: SchedulingPolicy, can: (item: WorkItem) => boolean = all): WorkItem | undefined {
  const found = policy.peek(can);
  if (found) policy.remove(found, true);
  return found;
}

/** Pushes and takes: a number pushes an item of that agent and priority, null takes. */
const operations = fc.array(fc.option(fc.nat(4), { freq: 2 }), { maxLength: 120 });

test('fifo is the order of arrival', () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const policy = fifo();
      const model: WorkItem[] = [];
      for (const [index, agent] of steps.entries()) {
        if (agent === null) {
          assert.equal(take(policy), model.shift());
        } else {
          const one = item(index, { agent: String(agent) });
          policy.push(one);
          model.push(one);
        }
        assert.equal(policy.size, model.length);
      }
    }),
  );
});

test('round-robin: between two turns of an agent, every other agent with work gets one', () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const policy = roundRobin();
      const queues = new Map<string, WorkItem[]>();
      let ring: string[] = [];
      for (const [index, agent] of steps.entries()) {
        if (agent === null) {
          const name = ring.shift();
          const queue = queues.get(name ?? '') ?? [];
          assert.equal(take(policy), queue.shift());
          if (name !== undefined && queue.length > 0) ring.push(name);
        } else {
          const one = item(index, { agent: String(agent) });
          const queue = queues.get(one.agent) ?? [];
          if (queue.length === 0) ring = [...ring, one.agent];
          queues.set(one.agent, [...queue, one]);
          policy.push(one);
        }
      }
    }),
  );
});

test('priority is a sort by level, raised by waiting; equal ones in order of arrival', () => {
  fc.assert(
    fc.property(operations, fc.constantFrom(1, 10, Number.POSITIVE_INFINITY), (steps, agingMs) => {
      const policy = priority({ agingMs });
      let model: WorkItem[] = [];
      for (const [now, level] of steps.entries()) {
        if (level !== null) {
          const one = item(now, { priority: level, enqueuedAt: now });
          policy.push(one);
          model.push(one);
          continue;
        }
        const worth = (one: WorkItem): number => one.priority + (now - one.enqueuedAt) / agingMs;
        const best = model.reduce<WorkItem | undefined>(
          (found, one) => (found && worth(found) >= worth(one) - 1e-9 ? found : one),
          undefined,
        );
        assert.equal(take(policy)?.id, best?.id);
        model = model.filter((one) => one !== best);
      }
    }),
  );
});

test('with aging nothing starves: urgent work that never ends cannot hold low work back for ever', () => {
  const policy = priority({ agingMs: 10 });
  policy.push(item(-1, { priority: 1 }));
  for (let now = 0; ; now++) {
    policy.push(item(now, { priority: 4, enqueuedAt: now }));
    if (take(policy)?.id === '-1') return;
    assert.ok(now <= 40, 'three levels are worth 30 ms');
  }
});

test('policies pass over what cannot start, and give it later', () => {
  for (const make of [fifo, roundRobin, priority]) {
    const policy = make();
    const [blocked, free] = [item(1, { agent: 'a' }), item(2, { agent: 'b' })];
    policy.push(blocked);
    policy.push(free);
    assert.equal(
      take(policy, (one) => one !== blocked),
      free,
    );
    assert.equal(
      take(policy, () => false),
      undefined,
    );
    assert.equal(take(policy), blocked);
    assert.equal(take(policy), undefined);
  }
});

/** Work that ends when told to, and counts what runs. */
function probe(tasks: Scheduler): {
  start(id: string, more?: object): Promise<unknown>;
  end(id: string): Promise<void>;
  running: Set<string>;
} {
  const running = new Set<string>();
  const gates = new Map<string, ReturnType<typeof deferred<void>>>();
  return {
    running,
    start: (id, more = {}) => {
      const gate = deferred<void>();
      gates.set(id, gate);
      const run = async (): Promise<{ kind: 'done'; value: string }> => {
        running.add(id);
        await gate.promise;
        running.delete(id);
        return { kind: 'done', value: id };
      };
      return tasks.submit({ id, run, ...more });
    },
    end: async (id) => {
      gates.get(id)?.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a lane runs its most at once, and lanes do not wait for each other', async () => {
  const tasks = scheduler({ lanes: { model: { concurrency: 2 } } });
  const { start, end, running } = probe(tasks);
  const jobs = ['a', 'b', 'c'].map((id) => start(id, { lane: 'model' })).concat(start('t', { lane: 'tool' }));
  await end('');
  assert.deepEqual([...running], ['a', 'b', 't']);
  assert.deepEqual(tasks.stats().model, { queued: 1, running: 2, concurrency: 2 });
  await end('a');
  assert.deepEqual([...running], ['b', 't', 'c']);
  for (const id of ['b', 'c', 't']) await end(id);
  assert.deepEqual(await Promise.all(jobs), ['a', 'b', 'c', 't']);
  await tasks.drain();
  await assert.rejects(start('x', { lane: 'nowhere' }), { code: 'INVALID_ARGUMENT' });
});

test('no more agents work at once than allowed, across all lanes; an agent at work may do more', async () => {
  const tasks = scheduler({ maxAgents: 2 });
  const { start, end, running } = probe(tasks);
  const jobs = [
    start('a1', { agent: 'a' }),
    start('b1', { agent: 'b', lane: 'tool' }),
    start('c1', { agent: 'c', lane: 'model' }),
    start('a2', { agent: 'a', lane: 'model' }),
  ];
  await end('');
  assert.deepEqual([...running], ['a1', 'b1', 'a2']);
  await end('b1');
  assert.deepEqual([...running], ['a1', 'a2', 'c1']);
  for (const id of ['a1', 'a2', 'c1']) await end(id);
  await Promise.all(jobs);
});

test('slices: suspended work takes turns with others and ends with the value that it would have had at once', async () => {
  const clock = new VirtualClock();
  const tasks = scheduler({ clock, lanes: { model: { concurrency: 1, policy: roundRobin(), sliceMs: 100 } } });
  const turns: string[] = [];
  const count = (agent: string, upTo: number): Promise<number> =>
    tasks.submit<number>({
      id: agent,
      agent,
      lane: 'model',
      run: async ({ endsAt, snapshot }) => {
        turns.push(agent);
        let value = (snapshot as number | undefined) ?? 0;
        while (value < upTo) {
          value += 1;
          await clock.advance(40);
          if (clock.now() >= endsAt && value < upTo) return { kind: 'suspended', snapshot: value };
        }
        return { kind: 'done', value };
      },
    });
  assert.deepEqual(await Promise.all([count('a', 7), count('b', 4), count('c', 1)]), [7, 4, 1]);
  assert.deepEqual(turns, ['a', 'b', 'c', 'a', 'b', 'a']);
});

test('a full lane refuses, tells when it has room, and drops queued work whose signal aborts', async () => {
  const tasks = scheduler({ maxQueue: 2, lanes: { task: { concurrency: 1 } } });
  const { start, end, running } = probe(tasks);
  const controller = new AbortController();
  const jobs = [start('a'), start('b', { signal: controller.signal }), start('c')];
  await assert.rejects(start('d'), { code: 'QUEUE_FULL', context: { lane: 'task', maximum: 2 } });
  assert.equal(tasks.hasRoom(), false);
  const room = tasks.whenRoom();
  controller.abort(new Error('not wanted'));
  await room;
  await assert.rejects(jobs[1] ?? assert.fail(), { message: 'not wanted' });
  await end('a');
  assert.deepEqual([...running], ['c']);
  await end('c');
  await tasks.drain();
});

test('placement never hands out more than a place has, and refuses what fits nowhere', async () => {
  const places = [
    { id: 'big', offers: { vramBytes: 56, cpu: 8, capabilities: ['vision'] } },
    { id: 'small', offers: { vramBytes: 0, cpu: 32 } },
  ];
  const used = new Map<string, { vramBytes: number; cpu: number }>();
  const tasks = scheduler({ places });
  const work = fc.record({ vramBytes: fc.nat(60), cpu: fc.nat(40), vision: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(work, { maxLength: 40 }), async (jobs) => {
      const results = jobs.map(async ({ vramBytes, cpu, vision }, index) => {
        const requires = { vramBytes, cpu, ...(vision ? { capabilities: ['vision'] } : {}) };
        const submitted = tasks.submit({
          id: `job${index}`,
          requires,
          run: async ({ place = '' }) => {
            const now = used.get(place) ?? { vramBytes: 0, cpu: 0 };
            const next = { vramBytes: now.vramBytes + vramBytes, cpu: now.cpu + cpu };
            used.set(place, next);
            const offers = places.find(({ id }) => id === place)?.offers ?? assert.fail('no place');
            assert.ok(next.vramBytes <= offers.vramBytes && next.cpu <= offers.cpu, `${place} is overloaded`);
            await new Promise((resolve) => setImmediate(resolve));
            const then = used.get(place) ?? assert.fail();
            used.set(place, { vramBytes: then.vramBytes - vramBytes, cpu: then.cpu - cpu });
            return { kind: 'done' as const, value: place };
          },
        });
        const fits = (vramBytes <= 56 && cpu <= 8) || (!vision && vramBytes === 0 && cpu <= 32);
        if (fits) assert.ok(await submitted);
        else await assert.rejects(submitted, { code: 'UNPLACEABLE' });
      });
      await Promise.all(results);
      await tasks.drain();
    }),
    { numRuns: 40 },
  );
});

test('10,000 queued tasks of 250 agents: every one runs, never more than 250 at once', async () => {
  const tasks = scheduler({ lanes: { task: { concurrency: 250, policy: roundRobin() } } });
  let running = 0;
  let most = 0;
  const jobs = Array.from({ length: 10_000 }, (_, index) =>
    tasks.submit({
      id: `job${index}`,
      agent: `agent${index % 250}`,
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return { kind: 'done' as const, value: index };
      },
    }),
  );
  const values = await Promise.all(jobs);
  assert.equal(new Set(values).size, 10_000);
  assert.equal(most, 250);
});
