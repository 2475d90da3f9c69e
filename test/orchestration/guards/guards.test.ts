import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  admission,
  approval,
  breaker,
  budget,
  constraints,
  done,
  fail,
  fallback,
  type Guard,
  guard,
  type Handler,
  inputUpTo,
  type Json,
  type Outcome,
  rateLimit,
  retry,
  run,
  type TaskSpec,
  timeout,
} from 'hrm-rex/orchestration';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';

/** Runs one guarded handler in a run of its own; the output, or the code of the failure. */
async function play(
  handler: Handler,
  clock: VirtualClock,
  task: TaskSpec = { goal: 'g' },
  answers: Json[] = [],
): Promise<Json> {
  const running = run<Json>({ nodes: [{ id: 'n', task, use: handler }] }, { clock, output: 'last' });
  const result = running.result.catch((error: { context: { error: { code: string } } }) => error.context.error.code);
  const answering = (async () => {
    for await (const event of running) {
      if (event.type === 'node.waiting' && answers.length > 0)
        await running.answer(event.data.ticket, answers.shift() ?? null);
    }
  })();
  const output = await clock.runUntil(result);
  await answering;
  return output;
}

/** Fails as often as told, then answers with the number of calls. */
function flaky(failures: number, retryable = true): Handler & { calls: number } {
  const handler = Object.assign(
    async (): Promise<Outcome> => {
      handler.calls += 1;
      return handler.calls <= failures ? fail('FLAKY', 'not yet', { retryable }) : done(handler.calls);
    },
    { calls: 0 },
  );
  return handler;
}

test('guards never change a successful output', async () => {
  const guards: Guard[] = [
    retry(),
    breaker(),
    timeout(1_000),
    budget({ steps: 10 }),
    rateLimit(),
    admission(() => true),
    approval(),
    constraints([]),
    fallback(),
  ];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(guards), fc.jsonValue(), async (some, value) => {
      const output = JSON.parse(JSON.stringify(value)) as Json;
      assert.deepEqual(
        await play(
          guard(async () => done(output), ...some),
          new VirtualClock(),
        ),
        output,
      );
    }),
    { numRuns: 10 },
  );
});

test('retry: three attempts with growing pauses, then it escalates; what is not retryable escalates at once', async () => {
  const clock = new VirtualClock();
  const second = flaky(2);
  assert.equal(await play(guard(second, retry({ jitter: 0 })), clock), 3);
  assert.equal(clock.now(), 1_000 + 2_000);

  const never = flaky(9);
  assert.equal(await play(guard(never, retry()), clock), 'FLAKY');
  assert.equal(never.calls, 3);
  assert.equal(await play(guard(flaky(9), retry({ escalate: async () => done('human') })), clock), 'human');

  const final = flaky(9, false);
  assert.equal(await play(guard(final, retry({ escalate: async () => done('human') })), clock), 'human');
  assert.equal(final.calls, 1);
});

test('breaker: closed, open, half open, against a model', async () => {
  const step = fc.record({ waitMs: fc.nat(90_000), succeeds: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new VirtualClock();
      let succeeds = true;
      const guarded = guard(async () => (succeeds ? done(1) : fail('BROKEN', 'no')), breaker());
      let failed: number[] = [];
      let opensAt: number | undefined;
      let good = 0;
      for (const one of steps) {
        await clock.advance(one.waitMs);
        succeeds = one.succeeds;
        const now = clock.now();
        const result = await play(guarded, clock);
        if (opensAt !== undefined && now < opensAt) {
          assert.equal(result, 'CIRCUIT_OPEN');
        } else if (succeeds) {
          assert.equal(result, 1);
          good += 1;
          if (opensAt !== undefined && good >= 2) {
            opensAt = undefined;
            failed = [];
          }
        } else {
          assert.equal(result, 'BROKEN');
          failed = [...failed.filter((at) => now - at < 300_000), now].slice(-5);
          if (opensAt !== undefined || failed.length >= 5) {
            opensAt = now + 60_000;
            good = 0;
          }
        }
        if (opensAt === undefined) good = 0;
      }
    }),
    { numRuns: 30 },
  );
});

test('timeout: aborts the signal, waits for the real end, and says when there was none', async () => {
  const clock = new VirtualClock();
  let hasEnded = false;
  const polite: Handler = (_task, { signal }) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        hasEnded = true;
        resolve(fail('ABORTED', 'was told to'));
      }),
    );
  assert.equal(await play(guard(polite, timeout(100)), clock), 'HANDLER_TIMEOUT');
  assert.ok(hasEnded);
  assert.equal(clock.now(), 100);
  const deaf: Handler = () => new Promise(() => {});
  assert.equal(await play(guard(deaf, timeout(100, { graceMs: 50 })), clock), 'HANDLER_TIMEOUT');
  assert.equal(clock.now(), 250);
});

test('budget: never overspent, however executions overlap, and refused before anything is spent', async () => {
  const execution = fc.record({ calls: fc.array(fc.nat(40), { maxLength: 4 }), estimate: fc.nat(60) });
  await fc.assert(
    fc.asyncProperty(fc.array(execution, { minLength: 1, maxLength: 12 }), fc.nat(300), async (executions, tokens) => {
      let spent = 0;
      const worker: Handler = async (task, { spend }) => {
        for (const call of (task.input as { calls: number[] }).calls) {
          spend({ tokensOut: call });
          spent += call;
          assert.ok(spent <= tokens, `${spent} of ${tokens}`);
          await new Promise((resolve) => setImmediate(resolve));
        }
        return done(1);
      };
      const guarded = guard(
        worker,
        budget({ tokens }, { estimate: ({ input }) => ({ tokensOut: (input as { estimate: number }).estimate }) }),
      );
      const nodes = executions.map((input, index) => ({
        id: `n${index}`,
        task: { goal: 'spend', input },
        use: guarded,
        onFail: 'skip' as const,
      }));
      await run({ nodes }).result;
      assert.ok(spent <= tokens);
    }),
    { numRuns: 60 },
  );
});

test('budget: steps and time', async () => {
  const clock = new VirtualClock();
  const steps = guard(async () => done(1), budget({ steps: 2 }));
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => play(steps, clock))), [1, 1, 'BUDGET_EXCEEDED']);
  const time = guard(async () => done(1), budget({ durationMs: 100 }));
  assert.equal(await play(time, clock), 1);
  await clock.advance(100);
  assert.equal(await play(time, clock), 'BUDGET_EXCEEDED');
});

test('rate limit: refuses, or waits for its turn', async () => {
  const clock = new VirtualClock();
  const refusing = guard(async () => done(1), rateLimit(2));
  assert.deepEqual(
    [await play(refusing, clock), await play(refusing, clock), await play(refusing, clock)],
    [1, 1, 'RATE_LIMITED'],
  );
  await clock.advance(60_000);
  assert.equal(await play(refusing, clock), 1);

  const starts: number[] = [];
  const begun = clock.now();
  const waiting: Handler = guard(
    async () => {
      starts.push(clock.now() - begun);
      return done(1);
    },
    rateLimit(2, { wait: true }),
  );
  for (let index = 0; index < 5; index++) await play(waiting, clock);
  assert.deepEqual(starts, [0, 0, 60_000, 60_000, 120_000]);
});

test('admission and constraints', async () => {
  const clock = new VirtualClock();
  const short = guard(async () => done('fits'), admission(inputUpTo(10)));
  assert.equal(await play(short, clock, { goal: '1234567890' }), 'fits');
  assert.equal(await play(short, clock, { goal: '1234567890', input: 1 }), 'ADMISSION_DENIED');

  const rules = [
    { name: 'no rm', check: ({ goal }: { goal: string }) => !goal.includes('rm') },
    {
      name: 'no secret',
      check: (_task: unknown, outcome?: Outcome) => outcome?.kind !== 'done' || outcome.output !== 'secret',
    },
  ];
  const ruled = guard(async ({ goal }) => done(goal), constraints(rules));
  rules.length = 0;
  assert.equal(await play(ruled, clock, { goal: 'ls' }), 'ls');
  assert.equal(await play(ruled, clock, { goal: 'rm -r' }), 'CONSTRAINT_VIOLATED');
  assert.equal(await play(ruled, clock, { goal: 'secret' }), 'CONSTRAINT_VIOLATED');
});

test('approval: asks once, also when what it guards waits itself; silence is a no', async () => {
  const clock = new VirtualClock();
  const asks: Handler = async (_task, { answer, snapshot }) =>
    snapshot === undefined
      ? { kind: 'wait', for: 'input', request: 'branch?', snapshot: 1 }
      : done([answer ?? null, snapshot]);
  const push = { goal: 'push', type: 'git_push' };
  const gated = guard(asks, approval(), retry());
  assert.deepEqual(await play(gated, clock, push, [true, 'main']), ['main', 1]);
  assert.deepEqual(await play(gated, clock, { goal: 'ls' }, ['dev']), ['dev', 1]);
  assert.equal(await play(gated, clock, push, [{ approved: false }]), 'APPROVAL_DENIED');
  const before = clock.now();
  assert.equal(await play(gated, clock, push), 'APPROVAL_DENIED');
  assert.equal(clock.now() - before, 300_000);
});

test('fallback: the next one takes over, and keeps the task while it waits', async () => {
  const clock = new VirtualClock();
  const asks: Handler = async (_task, { answer }) =>
    answer === undefined ? { kind: 'wait', for: 'input', request: 0, snapshot: 'kept' } : done(answer);
  const never = flaky(9);
  assert.equal(await play(guard(never, fallback(asks)), clock, { goal: 'g' }, ['yes']), 'yes');
  assert.equal(never.calls, 1);
  assert.equal(await play(guard(flaky(9), fallback(flaky(9))), clock), 'FLAKY');
});
