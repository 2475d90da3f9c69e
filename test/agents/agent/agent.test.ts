import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AgentOptions,
  type AgentSpec,
  agent,
  type ChatMessage,
  defineTool,
  type Tool,
  type ToolAnswer,
  type ToolRule,
} from 'hrm-rex/agents';
import { memoryJournal, type Run, type RunEvent, type RunOptions, recover, rules, run } from 'hrm-rex/orchestration';
import { type ScriptedModel, scriptedModel, VirtualClock } from 'hrm-rex/testing';
import { z } from 'zod';

const usage = { tokensIn: 100, tokensOut: 10 };

function echo(name = 'echo', more: Partial<Parameters<typeof defineTool<{ text: string }>>[0]> = {}): Tool {
  return defineTool({
    name,
    description: 'says it again',
    input: z.object({ text: z.string() }),
    run: ({ text }) => text,
    ...more,
  });
}

function start(
  spec: Partial<AgentSpec>,
  options: AgentOptions,
  more: RunOptions & { readonly goal?: string } = {},
): Run<{ work: unknown } & Record<string, never>> {
  const { handle } = agent({ name: 'worker', ...spec }, options);
  return run(
    { nodes: [{ id: 'work', task: { goal: more.goal ?? 'do it' }, use: 'worker' }] },
    { handlers: { worker: handle }, ...more },
  ) as never;
}

async function outputOf(running: Run<never>): Promise<unknown> {
  return ((await running.result) as { work: unknown }).work;
}

async function failureOf(running: Run<never>): Promise<{ code: string; message: string }> {
  const error = await running.result.then(
    () => assert.fail('the run did not fail'),
    (reason) => reason,
  );
  return error.context.error;
}

function answersIn(model: ScriptedModel, request: number): readonly ToolAnswer[] {
  const message = model.requests[request]?.messages.at(-1) as ChatMessage;
  assert.equal(message.role, 'tool');
  return (message as Extract<ChatMessage, { role: 'tool' }>).answers;
}

const call = (name: string, input: object = {}) => ({ name, input: input as never });

test('calls of one turn run at the same time and are answered in their order', async () => {
  const arrived: string[] = [];
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const meet = echo('meet', {
    run: async ({ text }) => {
      arrived.push(text);
      if (arrived.length === 2) open();
      await both;
      return text;
    },
  });
  const model = scriptedModel([{ toolCalls: [call('meet', { text: 'a' }), call('meet', { text: 'b' })] }, 'done']);
  assert.equal(await outputOf(start({}, { decide: model, tools: [meet] }) as never), 'done');
  assert.deepEqual(
    answersIn(model, 1).map(({ output }) => output),
    ['a', 'b'],
  );
  model.assertComplete();
});

test('arguments that do not fit are told to the model with every fault, and it corrects them', async () => {
  const model = scriptedModel([
    { toolCalls: [call('echo', { text: 1, more: true })] },
    { toolCalls: [{ name: 'echo', input: '{"text": ' }] },
    { toolCalls: [call('ehco', { text: 'x' })] },
    { toolCalls: [call('echo', { text: 'right' })] },
    'fine',
  ]);
  assert.equal(await outputOf(start({}, { decide: model, tools: [echo()] }) as never), 'fine');
  const told = [1, 2, 3, 4].map((request) => answersIn(model, request)[0]);
  assert.deepEqual(
    told.map((answer) => answer?.isError),
    [true, true, true, false],
  );
  assert.match(JSON.stringify(told[0]?.output), /TOOL_INPUT_INVALID.*text: .*expected string, received number/);
  assert.match(JSON.stringify(told[1]?.output), /TOOL_INPUT_INVALID.*expected object, received string/);
  assert.match(JSON.stringify(told[2]?.output), /TOOL_UNKNOWN.*echo/);
  assert.equal(told[3]?.output, 'right');
});

test('a failing tool and a tool with a wrong output are error answers', async () => {
  const broken = echo('broken', { run: () => assert.fail('it broke') });
  const lying = defineTool({
    name: 'lying',
    description: 'lies',
    input: z.object({}),
    output: z.object({ n: z.number() }),
    run: () => ({ n: 'x' }) as never,
  });
  const model = scriptedModel([{ toolCalls: [call('broken', { text: '' }), call('lying')] }, 'ok']);
  await outputOf(start({}, { decide: model, tools: [broken, lying] }) as never);
  const answers = answersIn(model, 1);
  assert.match(JSON.stringify(answers[0]), /TOOL_FAILED.*it broke/);
  assert.match(JSON.stringify(answers[1]), /TOOL_OUTPUT_INVALID.*n: /);
});

test('a budget in tokens stops the agent before it is spent', async () => {
  for (const where of ['spec', 'run'] as const) {
    const model = scriptedModel(() => ({ toolCalls: [call('echo', { text: 'x' })], usage }));
    const limits = { tokens: 350 };
    const running = start(
      where === 'spec' ? { limits } : {},
      { decide: model, tools: [echo()] },
      where === 'run' ? { budget: limits } : {},
    );
    const error = await failureOf(running as never);
    assert.equal(error.code, 'BUDGET_EXCEEDED');
    assert.ok(running.spent().tokens <= 350, `${running.spent().tokens} were spent`);
    assert.equal(model.requests.length, 3);
  }
});

test('what is spent is what the model used, in tokens and money', async () => {
  const model = scriptedModel([
    { toolCalls: [call('echo', { text: 'x' })], usage },
    { text: 'ok', usage },
  ]);
  const price = { usdPerMillionIn: 10_000, usdPerMillionOut: 100_000 };
  const running = start({}, { decide: model, tools: [echo()], price });
  await running.result;
  assert.equal(running.spent().tokens, 220);
  assert.ok(Math.abs(running.spent().usd - 4) < 1e-9);
});

test('a model that never stops is ended by the number of its turns', async () => {
  const model = scriptedModel(() => ({ toolCalls: [call('echo', { text: 'again' })] }));
  const error = await failureOf(start({ limits: { steps: 5 } }, { decide: model, tools: [echo()] }) as never);
  assert.equal(error.code, 'BUDGET_EXCEEDED');
  assert.match(error.message, /within 5 turns/);
  assert.equal(model.requests.length, 5);
});

test('a model that talks without end, falls silent or breaks off is a typed failure', async () => {
  const endless = {
    name: 'endless',
    async *stream() {
      for (;;) yield { type: 'text', text: 'blah ' } as const;
    },
  };
  const long = await failureOf(start({}, { decide: endless, maxAnswerLength: 1_000 }) as never);
  assert.equal(long.code, 'MODEL_FAILED');
  assert.match(long.message, /longer than 1000 characters/);

  const nonsense = [[null], [{ type: 'noise' }], []].map((parts) => ({
    name: 'nonsense',
    async *stream() {
      yield* parts as never[];
      throw new Error('a word');
    },
  }));
  for (const decide of nonsense) {
    const { code, message } = await failureOf(start({}, { decide }) as never);
    assert.equal(code, 'MODEL_FAILED');
    assert.match(message, /nonsense: (?:what it answers is no part of an answer|a word)$/);
  }

  const clock = new VirtualClock();
  const silent = scriptedModel([{ text: 'so', hangs: true }]);
  const running = start({}, { decide: silent, onPart: () => clock.advance(120_000) }, { clock });
  const quiet = await failureOf(running as never);
  assert.equal(quiet.code, 'MODEL_FAILED');
});

test('nonsense is sent back twice, then a typed failure', async () => {
  const model = scriptedModel(() => '');
  const error = await failureOf(start({}, { decide: model }) as never);
  assert.equal(error.code, 'MODEL_ANSWER_INVALID');
  assert.equal(model.requests.length, 3);
});

test('outputs are checked, and a wrong one is corrected by the model', async () => {
  const outputs = {
    type: 'object',
    properties: { files: { type: 'array', items: { type: 'string' } } },
    required: ['files'],
  };
  const model = scriptedModel(['I am done!', '{"files": "a.ts"}', 'Here:\n```json\n{"files": ["a.ts"]}\n```']);
  assert.deepEqual(await outputOf(start({ outputs }, { decide: model }) as never), { files: ['a.ts'] });
  assert.match(String(model.requests[2]?.messages.at(-1)?.role), /user/);
  const named = scriptedModel(['{"plan": 1}', '{"plan": 1, "files": []}']);
  assert.deepEqual(await outputOf(start({ outputs: ['plan', 'files'] }, { decide: named }) as never), {
    plan: 1,
    files: [],
  });
});

test('an abort in mid-call reaches the tool, and the run ends when the tool has', async () => {
  const seen: string[] = [];
  let begun = (): void => {};
  const running$ = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = echo('slow', {
    run: (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          seen.push('aborted');
          reject(new Error('ended'));
        });
        begun();
      }),
  });
  const model = scriptedModel([{ toolCalls: [call('slow', { text: '' })] }]);
  const running = start({}, { decide: model, tools: [slow] });
  await running$;
  await running.cancel('enough');
  assert.deepEqual(seen, ['aborted']);
  assert.equal(running.states().work, 'cancelled');
});

test('the time of an agent is over in mid-call: the tool is aborted and the agent fails', async () => {
  const clock = new VirtualClock();
  const slow = echo('slow', {
    run: (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')));
        clock.advance(1_000);
      }),
  });
  const model = scriptedModel([{ toolCalls: [call('slow', { text: '' })] }]);
  const running = start({ limits: { durationMs: 1_000 } }, { decide: model, tools: [slow] }, { clock });
  assert.equal((await failureOf(running as never)).code, 'BUDGET_EXCEEDED');
});

for (const approved of [true, false]) {
  test(`approval is asked and ${approved ? 'granted' : 'denied'}; nothing that ran runs again`, async () => {
    const calls: string[] = [];
    const push = echo('push', {
      needsApproval: ({ text }) => text === 'main',
      run: ({ text }) => void calls.push(`push ${text}`),
    });
    const look = echo('look', { run: () => void calls.push('look') });
    const turns = [
      { toolCalls: [call('look', { text: '' }), call('push', { text: 'main' }), call('push', { text: 'dev' })] },
      'over',
    ];
    const model = scriptedModel(turns);
    const running = start({}, { decide: model, tools: [push, look] });
    for await (const event of running) {
      if (event.type !== 'node.waiting') continue;
      assert.deepEqual((event.data.request as { input: unknown }).input, { text: 'main' });
      assert.deepEqual([...calls].sort(), ['look', 'push dev']);
      await running.answer(event.data.ticket, { approved });
    }
    assert.equal(await outputOf(running as never), 'over');
    assert.deepEqual([...calls].sort(), approved ? ['look', 'push dev', 'push main'] : ['look', 'push dev']);
    const answer = answersIn(model, 1)[1];
    assert.equal(answer?.isError, !approved);
    if (!approved) assert.match(JSON.stringify(answer), /APPROVAL_DENIED/);
    model.assertComplete();
  });
}

test('two calls that need approval are asked one after the other, and each has its own answer', async () => {
  const calls: string[] = [];
  const push = echo('push', { needsApproval: true, run: ({ text }) => void calls.push(text) });
  const turn = { toolCalls: [call('push', { text: 'one' }), call('push', { text: 'two' }), call('push', { text: 3 })] };
  const model = scriptedModel([turn, 'over']);
  const running = start({}, { decide: model, tools: [push] });
  const asked: unknown[] = [];
  for await (const event of running) {
    if (event.type !== 'node.waiting') continue;
    asked.push((event.data.request as { input: unknown }).input);
    await running.answer(event.data.ticket, asked.length === 2);
  }
  assert.deepEqual(asked, [{ text: 'one' }, { text: 'two' }]);
  assert.deepEqual(calls, ['two']);
  assert.deepEqual(
    answersIn(model, 1).map(({ isError }) => isError),
    [true, false, true],
  );
});

test('after a crash turns and calls that were taken are not taken again', async () => {
  const journal = memoryJournal();
  const calls: string[] = [];
  const note = echo('note', { run: ({ text }) => void calls.push(text) });
  const gate = echo('gate', { needsApproval: true, run: () => void calls.push('gate') });
  const script = [
    { toolCalls: [call('note', { text: 'one' })], usage },
    { toolCalls: [call('note', { text: 'two' }), call('gate', { text: '' })], usage },
    { text: 'end', usage },
  ];
  const first = scriptedModel(script.slice(0, 2));
  // Its timers never fire: the first run is left as a crash leaves it.
  const clock = new VirtualClock();
  const running = start({}, { decide: first, tools: [note, gate] }, { journal, runId: 'crash', clock });
  for await (const { type } of running) if (type === 'node.waiting') break;
  const second = scriptedModel(script.slice(2));
  const { handle } = agent({ name: 'worker' }, { decide: second, tools: [note, gate] });
  const again = await recover('crash', { journal, handlers: { worker: handle }, clock });
  const [ticket] = again.tickets();
  await again.answer(ticket?.ticket ?? '', true);
  assert.deepEqual(await again.result, { work: 'end' });
  assert.deepEqual(calls, ['one', 'two', 'gate']);
  assert.equal(again.spent().tokens, 330);
  second.assertComplete();
});

test('a lease is given back once on every path', async () => {
  const boom = echo('boom', { needsApproval: true });
  const paths: [string, Partial<AgentOptions<string>>][] = [
    ['done', { decide: scriptedModel(['ok']) }],
    ['fails', { decide: scriptedModel([]) }],
    ['bad tools', { decide: scriptedModel(['ok']), tools: () => assert.fail('no tools') }],
    ['waits', { decide: scriptedModel([{ toolCalls: [call('boom', { text: '' })] }, 'ok']), tools: () => [boom] }],
  ];
  for (const [name, more] of paths) {
    const log: string[] = [];
    const lease = async () => {
      log.push('take');
      return { value: 'session', release: () => void log.push('give') };
    };
    const { handle } = agent<string>({ name: 'worker' }, { lease, decide: scriptedModel([]), ...more });
    const running = run({ nodes: [{ id: 'work', task: { goal: 'x' }, use: handle, onFail: 'skip' }] });
    for await (const event of running) if (event.type === 'node.waiting') await running.answer(event.data.ticket, true);
    await running.result;
    assert.deepEqual(log, name === 'waits' ? ['take', 'give', 'take', 'give'] : ['take', 'give'], name);
  }
});

test('an agent gives way between turns and goes on', async () => {
  const model = scriptedModel([{ toolCalls: [call('echo', { text: 'x' })] }, 'ok']);
  const { handle } = agent({ name: 'worker' }, { decide: model, tools: [echo()] });
  const types: string[] = [];
  const running = run({
    nodes: [
      {
        id: 'work',
        task: { goal: 'x' },
        use: (task, context) => handle(task, { ...context, shouldYield: () => true }),
      },
    ],
  });
  for await (const { type } of running) types.push(type);
  assert.deepEqual(await running.result, { work: 'ok' });
  assert.equal(types.filter((type) => type === 'node.suspended').length, 1);
  model.assertComplete();
});

test('a policy decides without any model, and rules of tools hold for it', async () => {
  const toolRules: ToolRule[] = [
    { type: 'first', tool: 'look' },
    { type: 'exit', tool: 'report' },
  ];
  const seen: string[][] = [];
  const decide = rules<Parameters<Extract<AgentOptions['decide'], { decide: unknown }>['decide']>[0], object>(
    ({ turn, tools }) => {
      seen.push(tools.map(({ name }) => name));
      return { toolCalls: [call(turn === 1 ? 'look' : 'report', { text: `turn ${turn}` })] };
    },
  );
  const running = start({}, { decide, tools: [echo('look'), echo('report')], rules: toolRules });
  assert.equal(await outputOf(running as never), 'turn 2');
  assert.deepEqual(seen, [['look'], ['look', 'report']]);
});

test('a tool that is required before the end is asked for, and a gated one needs a yes', async () => {
  const toolRules: ToolRule[] = [
    { type: 'requiredBeforeExit', tool: 'check' },
    { type: 'approval', tool: 'check' },
  ];
  const model = scriptedModel(['done', { toolCalls: [call('check', { text: 'x' })] }, 'done now']);
  const running = start({}, { decide: model, tools: [echo('check')], rules: toolRules });
  for await (const event of running) if (event.type === 'node.waiting') await running.answer(event.data.ticket, true);
  assert.equal(await outputOf(running as never), 'done now');
  assert.match(JSON.stringify(model.requests[1]?.messages.at(-1)), /Before you finish, call check/);
  assert.equal(model.requests[1]?.toolChoice, 'required');
});

test('a long conversation is cut to its bound, never the task', async () => {
  const goal = `the task ${'t'.repeat(2_000)}`;
  const long = echo('long', { run: () => 'x'.repeat(5_000) });
  const model = scriptedModel((_request, number) => (number < 6 ? { toolCalls: [call('long', { text: '' })] } : 'ok'));
  await outputOf(start({}, { decide: model, tools: [long], maxContextTokens: 3_000 }, { goal }) as never);
  for (const { messages } of model.requests) {
    assert.equal(messages[1]?.role === 'user' && messages[1].content, goal);
    assert.ok(JSON.stringify(messages).length < 3_000 * 4 + 2_000, `${JSON.stringify(messages).length} characters`);
  }
  assert.match(JSON.stringify(model.requests.at(-1)?.messages), /left out/);
});

test('each turn and call is a note of the run, with its usage', async () => {
  const model = scriptedModel([
    { toolCalls: [call('echo', { text: 'x' })], usage },
    { text: 'ok', usage },
  ]);
  const notes: RunEvent<'node.note'>[] = [];
  const running = start({}, { decide: model, tools: [echo()] });
  for await (const event of running) if (event.type === 'node.note') notes.push(event);
  assert.deepEqual(
    notes.map(({ data }) => data.name),
    ['model.turn', 'tool.call', 'model.turn'],
  );
  assert.deepEqual((notes[0]?.data.data as { usage?: unknown } | undefined)?.usage, usage);
});

test('what an agent is made of is checked when it is made', () => {
  const decide = scriptedModel([]);
  assert.throws(() => agent({ name: '' }, { decide }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => agent({ name: 'a', unknown: 1 } as never, { decide }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => agent({ name: 'a' }, { decide: {} as never }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => agent({ name: 'a', tools: ['missing'] }, { decide, tools: [echo()] }), { code: 'TOOL_UNKNOWN' });
  assert.throws(() => agent({ name: 'a' }, { decide, rules: [{ type: 'never' } as never] }), {
    code: 'INVALID_ARGUMENT',
  });
  assert.throws(() => agent({ name: 'a' }, { decide, tools: [echo(), echo()] }), { code: 'INVALID_ARGUMENT' });
});

test('a task without text, and a model that heeds no abort', async () => {
  const nothing = await failureOf(start({}, { decide: scriptedModel(['ok']) }, { goal: '  ' }) as never);
  assert.equal(nothing.code, 'INVALID_ARGUMENT');
  let asked = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const deaf = {
    name: 'deaf',
    async *stream() {
      asked();
      await new Promise(() => {});
    },
  };
  const running = start({}, { decide: deaf as never });
  await waiting;
  await running.cancel();
  assert.equal(running.states().work, 'cancelled');
});
