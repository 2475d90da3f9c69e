import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  done,
  type FailurePolicy,
  fail,
  type GraphSpec,
  type Handler,
  type Json,
  memoryJournal,
  type NodeSpec,
  type RunEvent,
  recover,
  run,
  solve,
} from 'hrm-rex/orchestration';
import { deferred } from '../../../src/core/deferred.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';

const node = (id: string, use: Handler, dependsOn: string[] = [], more: Partial<NodeSpec> = {}): NodeSpec => ({
  id,
  task: { goal: id },
  use,
  dependsOn,
  ...more,
});
const give =
  (output: Json): Handler =>
  async () =>
    done(output);
const broken: Handler = async () => fail('BROKEN', 'it broke');
const graphOf = (...nodes: NodeSpec[]): GraphSpec => ({ nodes });

async function eventsOf(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

test('outputs come in the order of the graph, whatever ends first, and flow along dependencies', async () => {
  const slow = deferred<void>();
  const last: Handler = async (_task, { inputs }) => {
    slow.resolve();
    return done(inputs);
  };
  const waits: Handler = async () => {
    await slow.promise;
    return done('slow');
  };
  const running = run(graphOf(node('slow', waits), node('fast', give('fast')), node('last', last, ['fast'])));
  const result = await running.result;
  assert.equal(JSON.stringify(result), '{"slow":"slow","fast":"fast","last":{"fast":"fast"}}');
});

test('a branch that is not taken is skipped, and what joins the branches still runs', async () => {
  const running = run(
    graphOf(
      node('classify', give('code')),
      node('code', give('c'), ['classify'], { when: ({ classify }) => classify === 'code' }),
      node('research', give('r'), ['classify'], { when: 'isResearch' }),
      node('cite', give('x'), ['research']),
      node('format', async (_task, { inputs }) => done(Object.keys(inputs)), ['code', 'cite']),
    ),
    { conditions: { isResearch: ({ classify }) => classify === 'research' } },
  );
  assert.deepEqual(await running.result, { classify: 'code', code: 'c', format: ['code'] });
  assert.equal(running.states().cite, 'skipped');
});

for (const [policy, expected] of [
  ['skip', { alone: 1 }],
  ['continue', { after: ['BROKEN'], alone: 1 }],
] as const) {
  test(`onFail ${policy}: the rest of the graph goes on`, async () => {
    const after: Handler = async (_task, { failures }) => done(Object.values(failures).map(({ code }) => code));
    const running = run(
      graphOf(node('bad', broken, [], { onFail: policy }), node('after', after, ['bad']), node('alone', give(1))),
    );
    assert.deepEqual(await running.result, expected);
    assert.equal(running.states().bad, 'failed');
    assert.equal(running.states().after, policy === 'skip' ? 'skipped' : 'done');
  });
}

test('onFail fail: the run and every parent learn at once, and siblings are aborted', async () => {
  const aborted = deferred<unknown>();
  const endless: Handler = (_task, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted.resolve(signal.reason);
        resolve(done(0));
      });
    });
  const parent: Handler = async () => ({
    kind: 'expand',
    graph: graphOf(node('endless', endless), node('bad', broken), node('never', give(0), ['bad'])),
    join: 'all',
  });
  const running = run(graphOf(node('parent', parent), node('after', give(0), ['parent'])));
  await assert.rejects(running.result, {
    code: 'NODE_FAILED',
    context: { node: 'parent/bad', error: { code: 'BROKEN', message: 'parent/bad: it broke', retryable: false } },
  });
  assert.ok(await aborted.promise);
  await running.idle();
  assert.deepEqual(running.states(), {
    parent: 'failed',
    after: 'cancelled',
    'parent/endless': 'cancelled',
    'parent/bad': 'failed',
    'parent/never': 'cancelled',
  });
});

test('onFail replan: the parent plans again with the failure in hand, and gives up after three times', async () => {
  const plans: unknown[] = [];
  const planner =
    (repairs: number): Handler =>
    async (_task, { replan }) => {
      plans.push(replan?.error.code);
      const use = plans.length > repairs ? give('good') : broken;
      return { kind: 'expand', graph: graphOf(node('part', use, [], { onFail: 'replan' })), join: 'last' };
    };
  assert.deepEqual(await run(graphOf(node('plan', planner(2)))).result, { plan: 'good' });
  assert.deepEqual(plans, [undefined, 'BROKEN', 'BROKEN']);
  plans.length = 0;
  await assert.rejects(run(graphOf(node('plan', planner(9)))).result, { code: 'NODE_FAILED' });
  assert.equal(plans.length, 4);
});

for (const [answer, expected] of [
  [{ action: 'retry' }, { bad: 2 }],
  [{ action: 'skip' }, {}],
  [{ action: 'done', output: 'by hand' }, { bad: 'by hand' }],
] as const) {
  test(`onFail escalate: somebody decides: ${answer.action}`, async () => {
    const second: Handler = async (_task, { attempt }) => (attempt === 1 ? fail('BROKEN', 'no') : done(attempt));
    const running = run(graphOf(node('bad', second, [], { onFail: 'escalate' as FailurePolicy })));
    for await (const event of running) {
      if (event.type === 'node.waiting') await running.answer(event.data.ticket, answer);
    }
    assert.deepEqual(await running.result, expected);
  });
}

test('a wait holds no slot, its ticket is answered once, and the handler goes on where it was', async () => {
  const ask: Handler = async (_task, { answer, snapshot }) =>
    snapshot === undefined
      ? { kind: 'wait', for: 'input', request: 'name?', ticket: 'name', snapshot: 'asked' }
      : done({ answer: answer ?? null, snapshot });
  const running = run(graphOf(node('ask', ask)));
  for await (const event of running) {
    if (event.type !== 'node.waiting') continue;
    assert.deepEqual(
      running.tickets().map(({ ticket, request }) => [ticket, request]),
      [['name', 'name?']],
    );
    await assert.rejects(running.answer('other', 1), {
      code: 'TICKET_UNKNOWN',
      context: { ticket: 'other', open: ['name'] },
    });
    await running.answer('name', 'Rex');
    await assert.rejects(running.answer('name', 'again'), { code: 'TICKET_UNKNOWN' });
  }
  assert.deepEqual(await running.result, { ask: { answer: 'Rex', snapshot: 'asked' } });
});

test('time passes for waits: a timer ends, a default answers, and without one the node fails', async () => {
  const wait =
    (more: object): Handler =>
    async (_task, { answer }) =>
      answer === undefined
        ? { kind: 'wait', for: 'approval', request: null, timeoutMs: 300_000, ...more }
        : done(answer);
  const clock = new VirtualClock();
  const running = run(
    graphOf(
      node('timer', wait({ for: 'time' })),
      node('default', wait({ timeoutAnswer: 'no' })),
      node('late', wait({}), [], { onFail: 'continue' }),
      node('why', async (_task, { failures }) => done(failures.late?.code ?? null), ['late']),
    ),
    { clock },
  );
  await clock.advance(0);
  await clock.advance(299_999);
  assert.equal(running.tickets().length, 3);
  await clock.advance(1);
  assert.deepEqual(await running.result, { timer: null, default: 'no', why: 'TICKET_TIMEOUT' });
});

test('at the greatest depth an expansion is refused, or done as if it were atomic', async () => {
  const depths: number[] = [];
  const deeper: Handler = async ({ depth }, { canExpand }) => {
    depths.push(depth);
    assert.equal(canExpand, depth < 5);
    return { kind: 'expand', graph: { nodes: [{ id: 'x', task: { goal: 'deeper' } }] }, join: 'last' };
  };
  const start = { nodes: [{ id: 'x', task: { goal: 'start' } }] };
  await assert.rejects(run(start, { use: deeper }).result, { message: /maxDepth/ });
  assert.deepEqual(depths, [0, 1, 2, 3, 4, 5]);
  const atomic = run(start, { use: deeper, executeAtomic: give('atomic') });
  assert.deepEqual(await atomic.result, { x: 'atomic' });
});

test('a child may depend on a node around its graph, but not on one that waits for it', async () => {
  const expand =
    (dependsOn: string): Handler =>
    async () => ({
      kind: 'expand',
      graph: graphOf(node('inner', async (_task, { inputs }) => done(inputs), [dependsOn])),
      join: 'last',
    });
  const slow = deferred<void>();
  const outer: Handler = async () => {
    await slow.promise;
    return done('outer');
  };
  const running = run(graphOf(node('outer', outer), node('parent', expand('outer'))));
  setImmediate(() => slow.resolve());
  assert.deepEqual(await running.result, { outer: 'outer', parent: { outer: 'outer' } });

  const tangled = run(graphOf(node('parent', expand('after')), node('after', give(1), ['parent'])));
  await assert.rejects(tangled.result, { message: /inner → after → parent depend on each other/ });
});

test('a handoff passes the task on, with the context that it names', async () => {
  const seen: Json[] = [];
  const first: Handler = async () => ({ kind: 'handoff', to: 'expert', context: { keep: ['open'] } });
  const expert: Handler = async (_task, { context, agent }) => {
    seen.push(context);
    return done(agent);
  };
  const options = { handlers: { expert }, context: { open: 1, secret: 2 } };
  assert.deepEqual(await run(graphOf(node('a', first)), options).result, { a: 'expert' });
  assert.deepEqual(seen, [{ open: 1 }]);
  const forever: Handler = async () => ({ kind: 'handoff', to: 'forever', context: 'full' });
  await assert.rejects(run(graphOf(node('a', forever)), { handlers: { forever } }).result, { message: /maxHandoffs/ });
});

test('pause lets running work end and starts nothing; resume goes on', async () => {
  const gate = deferred<void>();
  const begun = deferred<void>();
  const first: Handler = async (_task, { shouldYield }) => {
    begun.resolve();
    await gate.promise;
    return done(shouldYield());
  };
  const journal = memoryJournal();
  const running = run(graphOf(node('first', first), node('second', give(2), ['first'])), { journal, runId: 'run' });
  await begun.promise;
  const paused = running.pause();
  gate.resolve();
  await paused;
  assert.equal(running.status, 'paused');
  assert.notEqual(running.states().second, 'done');
  assert.ok(await journal.latest('run'), 'a snapshot is taken');
  await running.resume();
  assert.deepEqual(await running.result, { first: true, second: 2 });
});

test('cancel reaches every handler and resolves when all have really ended', async () => {
  let ended = 0;
  const begun = deferred<void>();
  let running = 0;
  const endless: Handler = (_task, { signal }) =>
    new Promise((resolve) => {
      running += 1;
      if (running === 30) begun.resolve();
      signal.addEventListener('abort', () => {
        setImmediate(() => {
          ended += 1;
          resolve(done(0));
        });
      });
    });
  const nodes = Array.from({ length: 30 }, (_, index) => node(`n${index}`, endless));
  const controller = new AbortController();
  const run1 = run({ nodes: [...nodes, node('after', give(1), ['n0'])] }, { signal: controller.signal });
  await begun.promise;
  controller.abort(new Error('enough'));
  await assert.rejects(run1.result, { code: 'RUN_CANCELLED', context: { run: run1.id, reason: 'enough' } });
  await run1.cancel();
  assert.equal(ended, 30);
  assert.deepEqual(new Set(Object.values(run1.states())), new Set(['cancelled']));
});

test('budgets are checked before spending, for the run and below every task that has one', async () => {
  let spent = 0;
  const spender: Handler = async (_task, { spend }) => {
    spend({ tokensIn: 60, tokensOut: 20 });
    spent += 80;
    return done(spent);
  };
  const nodes = Array.from({ length: 5 }, (_, index) => node(`n${index}`, spender, [], { onFail: 'skip' }));
  const whole = run({ nodes }, { budget: { tokens: 250 } });
  assert.equal(Object.keys(await whole.result).length, 3);
  assert.equal(spent, 240);
  assert.deepEqual(whole.spent(), { tokens: 240, usd: 0, steps: 5 });

  const parent: Handler = async () => ({ kind: 'expand', graph: { nodes }, join: 'all' });
  const below = run(graphOf(node('p', parent, [], { task: { goal: 'p', budget: { tokens: 100 } } })));
  assert.deepEqual(Object.keys((await below.result).p as object).length, 1);

  const steps = run({ nodes: nodes.map((one) => ({ ...one, use: give(1) })) }, { budget: { steps: 2 } });
  assert.equal(Object.keys(await steps.result).length, 2);
});

test('a handler that throws or answers nonsense fails its node with a typed error', async () => {
  const throws: Handler = async () => {
    throw new TypeError('oops');
  };
  const cases: [Handler, string][] = [
    [throws, 'HANDLER_FAILED'],
    [async () => ({ kind: 'maybe' }) as never, 'OUTCOME_INVALID'],
    [async () => done(Number.NaN), 'OUTCOME_INVALID'],
    [async () => done({ when: new Date(0) } as never), 'OUTCOME_INVALID'],
    [async () => ({ kind: 'wait', for: 'time', request: null }), 'OUTCOME_INVALID'],
  ];
  for (const [use, code] of cases) {
    await assert.rejects(run(graphOf(node('a', use))).result, (error: { context: { error: { code: string } } }) => {
      assert.equal(error.context.error.code, code);
      return true;
    });
  }
  await assert.rejects(run({ nodes: [{ id: 'a', task: { goal: '' }, use: 'nobody' }] }).result, { message: /nobody/ });
});

test('a run id is used once; recover needs the run, and names for what it still needs', async () => {
  const journal = memoryJournal();
  const ask: Handler = async (_task, { answer }) =>
    answer === undefined ? { kind: 'wait', for: 'input', request: 0 } : done(answer);
  const graph = graphOf(node('done', give(1)), node('ask', ask, ['done']));
  const first = run(graph, { journal, runId: 'run' });
  for await (const event of first) if (event.type === 'node.waiting') break;
  await assert.rejects(run(graph, { journal, runId: 'run' }).result, { code: 'RUN_EXISTS' });
  await assert.rejects(recover('other', { journal }), { code: 'RUN_NOT_FOUND' });
  await assert.rejects(recover('run', { journal }), {
    code: 'RUN_NOT_RECOVERABLE',
    context: { node: 'ask', part: 'handler' },
  });
  const second = await recover('run', { journal, graph });
  await second.answer('ask:1', 'yes');
  assert.deepEqual(await second.result, { done: 1, ask: 'yes' });
  const third = await recover('run', { journal });
  assert.deepEqual(await third.result, { done: 1, ask: 'yes' });
});

test('a rollback takes a run back, and it goes on from there', async () => {
  const journal = memoryJournal();
  let tries = 0;
  const handlers = {
    a: give('a'),
    b: async () => {
      tries += 1;
      return done(tries);
    },
  };
  const nodes = ['a', 'b'].map((id) => ({ id, task: { goal: id }, use: id, dependsOn: id === 'b' ? ['a'] : [] }));
  const first = run({ nodes }, { journal, runId: 'run', handlers });
  assert.deepEqual(await first.result, { a: 'a', b: 1 });
  let afterA = 0;
  for await (const { type, node: path, sequence } of journal.read('run')) {
    if (type === 'node.done' && path === 'a') afterA = sequence;
  }
  await journal.rollback('run', afterA);
  const second = await recover('run', { journal, handlers });
  assert.deepEqual(await second.result, { a: 'a', b: 2 });
});

test('a journal that takes nothing more stops the run with its error, and every handler', async () => {
  const journal = memoryJournal();
  let room = 1;
  const full = {
    ...journal,
    append: async (...args: Parameters<typeof journal.append>) => {
      room -= 1;
      if (room < 0) throw Object.assign(new Error('full'), { code: 'JOURNAL_WRITE_FAILED' });
      return journal.append(...args);
    },
  };
  const endless: Handler = (_task, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(done(0))));
  const running = run(graphOf(node('endless', endless), node('a', give(1)), node('b', give(1), ['a'])), {
    journal: full,
    runId: 'run',
  });
  await assert.rejects(running.result, { code: 'JOURNAL_WRITE_FAILED' });
  await running.idle();
  const found = await eventsOf(running);
  assert.equal(found.filter(({ type }) => type === 'run.done').length, 0);
});

test('solve takes apart, executes and aggregates; at the greatest depth everything is atomic', async () => {
  const sum = (maxDepth: number) =>
    solve(
      { goal: 'sum', input: 16 },
      {
        maxDepth,
        isAtomic: ({ input }) => Number(input) < 2,
        plan: ({ input }) => ({
          nodes: ['left', 'right'].map((id) => ({ id, task: { goal: id, input: Number(input) / 2 } })),
        }),
        execute: async ({ input, depth }) => done([Number(input), depth]),
        aggregate: async (_task, { inputs }) =>
          done(
            Object.values(inputs).reduce<number[]>(([total = 0, deepest = 0], part) => {
              const [value = 0, depth = 0] = part as number[];
              return [total + value, Math.max(deepest, depth)];
            }, []),
          ),
      },
    );
  assert.deepEqual(await sum(5).result, [16, 4]);
  assert.deepEqual(await sum(2).result, [16, 2]);
});

test('a failure that somebody was asked about is not asked about again after a crash', async () => {
  const parent: Handler = async () => ({
    kind: 'expand',
    graph: { nodes: [{ id: 'child', task: { goal: 'fail' }, use: 'child' }] },
    join: 'all',
  });
  const handlers = { parent, child: (async () => fail('NOPE', 'no')) as Handler };
  const graph = { nodes: [{ id: 'parent', task: { goal: 'plan' }, use: 'parent', onFail: 'escalate' as const }] };
  const journal = memoryJournal();
  const first = run(graph, { runId: 'run', journal, handlers });
  first.result.catch(() => {});
  for await (const { type } of first) if (type === 'node.waiting') break;
  // The process is gone here: what the journal holds is all there is.
  const copy = memoryJournal();
  for await (const { sequence: _, ...event } of journal.read('run')) await copy.append('run', [event]);
  await using recovered = await recover('run', { journal: copy, handlers });
  assert.deepEqual(
    recovered.tickets().map(({ ticket }) => ticket),
    ['parent:1'],
  );
  await recovered.answer('parent:1', { action: 'done', output: 'by hand' });
  assert.deepEqual(await recovered.result, { parent: 'by hand' });
  assert.deepEqual(recovered.tickets(), []);
  await first.cancel();
});
