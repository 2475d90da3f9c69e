import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AgentRegistry, agent, type ChatRequest, type DelegationOptions, defineTool, delegation } from 'hrm-rex/agents';
import {
  done,
  type Handler,
  type Journal,
  type Json,
  memoryJournal,
  type Run,
  type RunOptions,
  recover,
  run,
} from 'hrm-rex/orchestration';
import { type ScriptedAnswer, scriptedModel, VirtualClock } from 'hrm-rex/testing';
import { z } from 'zod';

const delegate = (instructions: string, more: object = {}) => ({
  name: 'delegate_subtask',
  input: { instructions, ...more } as never,
});
const wait = (until: string) => ({ name: 'wait', input: { until } });

function goalOf({ messages }: ChatRequest): string {
  return String((messages[1] as { content: string }).content);
}

function answersOf({ messages }: ChatRequest): { output: unknown; isError: boolean }[] {
  return messages.flatMap((message) => (message.role === 'tool' ? message.answers : []));
}

interface World {
  readonly registry: AgentRegistry;
  readonly running: Run<{ top: Json }>;
}

/** A parent with a script of turns by goal, and workers of role `helper`. */
function world(
  script: (request: ChatRequest) => string | ScriptedAnswer,
  options: Omit<DelegationOptions, 'registry'> = {},
  more: RunOptions & { readonly helper?: Handler; readonly task?: object } = {},
): World {
  const registry = new AgentRegistry();
  const tools = delegation({ registry, ...options });
  registry.register(agent({ name: 'boss' }, { decide: scriptedModel(script), tools }));
  if (more.helper) registry.register({ spec: { name: 'helper', role: 'help' }, handle: more.helper });
  const { helper: _helper, task, ...rest } = more;
  const node = { id: 'top', task: { goal: 'the whole task of the boss', ...task }, use: 'boss' };
  return { registry, running: run<{ top: Json }>({ nodes: [node] }, { handlers: registry.directory, ...rest }) };
}

test('parallel subtasks run at the same time and are answered in call order', async () => {
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const begun: string[] = [];
  const helper: Handler = async ({ goal }) => {
    begun.push(goal);
    if (begun.length === 2) open();
    await both;
    return done(goal.toUpperCase());
  };
  const script = (request: ChatRequest) => {
    const answers = answersOf(request);
    if (answers.length > 0) return JSON.stringify(answers.map(({ output }) => output));
    return { toolCalls: [delegate('first part', { role: 'help' }), delegate('second part', { role: 'helper' })] };
  };
  const { running } = world(script, {}, { helper });
  assert.deepEqual(await running.result, { top: '["FIRST PART","SECOND PART"]' });
});

test('agents delegate down to the greatest depth, where the tool is not offered and a call is refused', async () => {
  const seen: string[] = [];
  const script = (request: ChatRequest): ScriptedAnswer | string => {
    const offered = request.tools?.some(({ name }) => name === 'delegate_subtask') ?? false;
    const answers = answersOf(request);
    if (answers.length > 0)
      return `${goalOf(request).slice(0, 7)} <- ${JSON.stringify(answers[0]?.output)}`.slice(0, 200);
    seen.push(`${goalOf(request).slice(0, 7)} ${offered}`);
    const level = seen.length;
    return { toolCalls: [delegate(`level ${level}: ${['abcdef', 'ghijkl', 'mnopqr', 'stuvwx'][level - 1]}`)] };
  };
  const { running } = world(script, { maxDepth: 3 });
  const { top } = await running.result;
  assert.deepEqual(seen, ['the who true', 'level 1 true', 'level 2 true', 'level 3 false']);
  assert.match(String(top), /TOOL_UNKNOWN/);
});

test('the depth of the task and of the agent bound delegation too', async () => {
  for (const bound of ['task', 'agent'] as const) {
    const registry = new AgentRegistry();
    const offered: boolean[] = [];
    const decide = scriptedModel((request) => {
      offered.push((request.tools?.length ?? 0) > 0);
      return answersOf(request).length > 0 || offered.length > 1 ? 'ok' : { toolCalls: [delegate('a part')] };
    });
    const limits = bound === 'agent' ? { limits: { depth: 1 } } : {};
    registry.register(agent({ name: 'boss', ...limits }, { decide, tools: delegation({ registry }) }));
    const task = { goal: 'everything there is', ...(bound === 'task' ? { budget: { depth: 1 } } : {}) };
    await run({ nodes: [{ id: 'top', task, use: 'boss' }] }, { handlers: registry.directory }).result;
    assert.deepEqual(offered.slice(0, 2), bound === 'task' ? [true, false] : [true, false], bound);
  }
});

test('instructions that are nearly the whole task are refused; nobody for a role is told with the roles', async () => {
  const script = (request: ChatRequest) => {
    const answers = answersOf(request);
    if (answers.length > 0) return JSON.stringify(answers);
    return {
      toolCalls: [
        delegate('The whole  task of the BOSS!', { role: 'help' }),
        delegate('a real part', { role: 'magician' }),
        { name: 'delegate_subtask', input: { task: 'with other names', files: ['a.ts'], role: 'help' } },
        { name: 'delegate_subtask', input: { role: 'help' } },
      ],
    };
  };
  const { running } = world(script, {}, { helper: async ({ goal, input }) => done({ goal, input: input ?? null }) });
  const answers = JSON.parse(String((await running.result).top));
  assert.match(JSON.stringify(answers[0]), /DELEGATION_REFUSED.*whole task/);
  assert.match(JSON.stringify(answers[1]), /DELEGATION_REFUSED.*magician.*boss, help/);
  assert.deepEqual(answers[2].output, { goal: 'with other names', input: { context_files: ['a.ts'] } });
  assert.match(JSON.stringify(answers[3]), /TOOL_INPUT_INVALID.*instructions/);
});

test('law: a filtered child sees no key of the context outside its filter', async () => {
  const keys = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'secret', 'token', 'task'), { maxLength: 5 });
  const property = fc.asyncProperty(keys, fc.option(keys, { nil: undefined }), async (all, kept) => {
    let seen: { context: object; task: object } | undefined;
    const helper: Handler = async (task, context) => {
      seen = { context: context.context, task };
      assert.deepEqual([context.inputs, context.failures, context.snapshot], [{}, {}, undefined]);
      return done('ok');
    };
    const script = (request: ChatRequest) =>
      answersOf(request).length > 0 ? 'ok' : { toolCalls: [delegate('a part', { role: 'help' })] };
    const context = Object.fromEntries(all.map((key) => [key, `value of ${key}`]));
    const task = { constraints: ['be kind'], preferences: { tone: 'calm' }, input: { hidden: true } };
    const rule = kept ? { context: { keep: kept } } : {};
    await world(script, rule, { helper, context, task }).running.result;
    const expected = Object.fromEntries(Object.entries(context).filter(([key]) => kept?.includes(key)));
    assert.deepEqual(seen?.context, expected);
    const { id: _id, ...rest } = (seen?.task ?? {}) as Record<string, unknown>;
    assert.deepEqual(rest, {
      goal: 'a part',
      input: {},
      depth: 1,
      parent: 'top',
      constraints: ['be kind'],
      preferences: { tone: 'calm' },
    });
  });
  await fc.assert(property, { numRuns: 30 });
});

test('a child that fails is told to the parent, and a long result is cut', async () => {
  const helper: Handler = async ({ goal }) => {
    if (goal === 'fails') throw new Error('no luck');
    return done('x'.repeat(10_000));
  };
  const script = (request: ChatRequest) => {
    const answers = answersOf(request);
    return answers.length > 0
      ? JSON.stringify(answers)
      : { toolCalls: [delegate('fails', { role: 'help' }), delegate('is long', { role: 'help' })] };
  };
  const { running } = world(script, { maxResultTokens: 100 }, { helper });
  const [failed, long] = JSON.parse(String((await running.result).top));
  assert.match(JSON.stringify(failed), /no luck/);
  assert.equal(failed.isError, true);
  assert.ok(long.output.length < 500 && long.output.includes('left out'));
});

test('in the background: wait for one, the next or all', async () => {
  const gates = new Map<string, () => void>();
  const helper: Handler = ({ goal }) =>
    new Promise((resolve) => gates.set(goal, () => resolve(done(`${goal} is done`))));
  const outputs: unknown[] = [];
  const script = (request: ChatRequest): ScriptedAnswer | string => {
    const { messages } = request;
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    const last = messages.at(-1);
    outputs.push(last?.role === 'tool' ? last.answers.map(({ output }) => output) : undefined);
    if (turn === 0)
      return { toolCalls: ['one', 'two', 'three', 'four'].map((goal) => delegate(goal, { role: 'help' })) };
    if (turn === 1) {
      gates.get('three')?.();
      return { toolCalls: [wait('next')] };
    }
    if (turn === 2) {
      gates.get('two')?.();
      return { toolCalls: [wait('2')] };
    }
    if (turn === 3) {
      for (const open of gates.values()) open();
      return { toolCalls: [wait('all')] };
    }
    if (turn === 4) return { toolCalls: [wait('next'), wait('9')] };
    return 'ok';
  };
  const { running } = world(script, { mode: 'wait' }, { helper });
  await running.result;
  const result = (id: string, goal: string) => ({ id, result: `${goal} is done` });
  assert.deepEqual(outputs.slice(1, 5), [
    ['1', '2', '3', '4'].map((id) => ({ id })),
    [result('3', 'three')],
    [result('2', 'two')],
    [[result('1', 'one'), result('4', 'four')]],
  ]);
  assert.match(JSON.stringify(outputs[5]), /nothing is under way.*INVALID_ARGUMENT/);
});

test('children end with their parent, on every path', async () => {
  for (const path of ['done', 'cancelled'] as const) {
    const ended: string[] = [];
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const helper: Handler = (_task, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push('child');
          reject(new Error('ended'));
        });
        begun();
      });
    const script = (request: ChatRequest): ScriptedAnswer | string => {
      if (answersOf(request).length === 0) return { toolCalls: [delegate('never ends', { role: 'help' })] };
      return path === 'done' ? 'I do not wait' : { hangs: true };
    };
    const { running } = world(script, { mode: path === 'done' ? 'wait' : 'one' }, { helper });
    await started;
    if (path === 'cancelled') await running.cancel();
    else assert.deepEqual(await running.result, { top: 'I do not wait' });
    await running.idle();
    assert.deepEqual(ended, ['child'], path);
  }
});

for (const mode of ['one', 'wait'] as const) {
  test(`a child that waits for approval lets its parent wait; after a crash nothing is done twice (${mode})`, async () => {
    const journal = memoryJournal();
    const calls: string[] = [];
    const make = () => {
      const registry = new AgentRegistry();
      const tool = (name: string, needsApproval: boolean) =>
        defineTool({ name, description: name, input: z.object({}), needsApproval, run: () => void calls.push(name) });
      const child = (request: ChatRequest): ScriptedAnswer | string =>
        answersOf(request).length > 0
          ? 'pushed'
          : {
              toolCalls: [
                { name: 'look', input: {} },
                { name: 'push', input: {} },
              ],
            };
      const parent = (request: ChatRequest): ScriptedAnswer | string => {
        const answers = answersOf(request);
        if (answers.length === 0) return { toolCalls: [delegate('push it', { role: 'pusher' })] };
        if (mode === 'wait' && answers.length === 1) return { toolCalls: [wait('all')] };
        return JSON.stringify(answers.at(-1)?.output);
      };
      const tools = [tool('look', false), tool('push', true)];
      registry.register(agent({ name: 'pusher' }, { decide: scriptedModel(child), tools }));
      registry.register(
        agent({ name: 'boss' }, { decide: scriptedModel(parent), tools: delegation({ registry, mode }) }),
      );
      return registry;
    };
    const graph = { nodes: [{ id: 'top', task: { goal: 'everything' }, use: 'boss' }] };
    // Its timers never fire: the first run is left as a crash leaves it.
    const clock = new VirtualClock();
    const running = run(graph, { handlers: make().directory, journal, runId: 'r', clock });
    for await (const { type } of running) if (type === 'node.waiting') break;
    const again = await recover('r', { journal, handlers: make().directory, clock });
    await again.answer(again.tickets()[0]?.ticket ?? '', { approved: true });
    const expected = mode === 'one' ? '"pushed"' : '[{"id":"1","result":"pushed"}]';
    assert.deepEqual(await again.result, { top: expected });
    assert.deepEqual(calls, ['look', 'push']);
  });
}

test('a child takes its task apart: its parts are done in their order, by whom they name, and joined', async () => {
  const seen: [string, number, unknown][] = [];
  const helper: Handler = async ({ goal, depth }, { inputs, canExpand, phase }) => {
    if (phase === 'execute' && goal === 'build it') {
      assert.equal(canExpand, true);
      const part = (id: string, more: object = {}) => ({ id, task: { goal: `${id} it` }, use: 'help', ...more });
      return {
        kind: 'expand',
        graph: { nodes: [part('cut'), part('glue', { dependsOn: ['cut'] }), part('paint', { use: undefined })] },
        join: async (_task, context) => done(Object.values(context.inputs).join(', ')),
      };
    }
    seen.push([goal, depth, inputs]);
    return done(`${goal}: done`);
  };
  const script = (request: ChatRequest) =>
    String(answersOf(request)[0]?.output ?? '') || { toolCalls: [delegate('build it', { role: 'help' })] };
  const { running } = world(script, {}, { helper });
  assert.deepEqual(await running.result, { top: 'cut it: done, glue it: done, paint it: done' });
  assert.deepEqual(seen.sort(), [
    ['cut it', 2, {}],
    ['glue it', 2, { cut: 'cut it: done' }],
    ['paint it', 2, {}],
  ]);
});

test('what takes its task apart is bound by the depth of delegation, and told why', async () => {
  const depths: number[] = [];
  const helper: Handler = async ({ goal, depth }) => {
    depths.push(depth);
    return { kind: 'expand', graph: { nodes: [{ id: 'part', task: { goal }, use: 'helper' }] }, join: 'last' };
  };
  const script = (request: ChatRequest) =>
    answersOf(request).length > 0
      ? JSON.stringify(answersOf(request))
      : { toolCalls: [delegate('split for ever', { role: 'help' })] };
  const { running } = world(script, { maxDepth: 4 }, { helper });
  const { top } = await running.result;
  assert.match(String(top), /no deeper than 4 levels/);
  assert.deepEqual(depths, [1, 2, 3, 4]);
});

test('parts of a child that wait are answered one after another, and what was done is not done again', async () => {
  const acts: string[] = [];
  const helper: Handler = async ({ goal }, { answer, snapshot }) => {
    if (goal === 'all of it') {
      const nodes = ['one', 'two', 'free'].map((id) => ({ id, task: { goal: id }, use: 'helper' }));
      acts.push('plan');
      return { kind: 'expand', graph: { nodes }, join: 'all' };
    }
    if (goal !== 'free' && answer === undefined) {
      acts.push(`${goal} asks`);
      return { kind: 'wait', for: 'input', request: goal, snapshot: `${goal} has begun` };
    }
    acts.push(goal);
    return done([snapshot ?? null, answer ?? null]);
  };
  const script = (request: ChatRequest) =>
    answersOf(request).length > 0
      ? JSON.stringify(answersOf(request)[0]?.output)
      : { toolCalls: [delegate('all of it', { role: 'help' })] };
  const { running } = world(script, {}, { helper });
  for await (const { type, data } of running) {
    if (type === 'node.waiting') await running.answer(data.ticket, `answer to ${data.request}`);
  }
  assert.deepEqual(JSON.parse(String((await running.result).top)), {
    one: ['one has begun', 'answer to one'],
    two: ['two has begun', 'answer to two'],
    free: [null, null],
  });
  assert.deepEqual(acts.sort(), ['free', 'one', 'one asks', 'plan', 'two', 'two asks']);
});

test('whoever takes a subtask over has a conversation of its own', async () => {
  const registry = new AgentRegistry();
  const second = scriptedModel(['taken over']);
  registry.register({
    spec: { name: 'first', role: 'help' },
    handle: async (_task, context) => {
      await context.step('turn:1', () => ({ output: 'of the first', toolCalls: [], reason: 'stop', usage: {} }));
      return { kind: 'handoff', to: 'second', context: 'filtered' };
    },
  });
  registry.register(agent({ name: 'second' }, { decide: second }));
  const script = (request: ChatRequest) =>
    String(answersOf(request)[0]?.output ?? '') || { toolCalls: [delegate('a part', { role: 'help' })] };
  registry.register(agent({ name: 'boss' }, { decide: scriptedModel(script), tools: delegation({ registry }) }));
  const graph = { nodes: [{ id: 'top', task: { goal: 'everything' }, use: 'boss' }] };
  assert.deepEqual(await run(graph, { handlers: registry.directory }).result, { top: 'taken over' });
  second.assertComplete();
});

test('a crash between the start of a child and the answer with its id starts no second one', async () => {
  const journal = memoryJournal();
  const begun: string[] = [];
  const make = () => {
    const script = (request: ChatRequest): ScriptedAnswer | string => {
      const answers = answersOf(request);
      if (answers.length === 0) return { toolCalls: [delegate('a part', { role: 'help' })] };
      return answers.length === 1 ? { toolCalls: [wait('all')] } : JSON.stringify(answers.at(-1)?.output);
    };
    const registry = new AgentRegistry();
    const handle: Handler = async ({ goal }) => {
      begun.push(goal);
      return done(goal);
    };
    registry.register({ spec: { name: 'helper', role: 'help' }, handle });
    const tools = delegation({ registry, mode: 'wait' });
    registry.register(agent({ name: 'boss' }, { decide: scriptedModel(script), tools }));
    return registry.directory;
  };
  // Everything up to the answer of the call is durable; then the journal takes nothing more.
  const dying: Journal = {
    ...journal,
    append: async (stream, events, options) => {
      const isAnswer = events.some(
        (event) => event.type === 'node.step' && JSON.stringify(event.data).includes('call:1.0'),
      );
      if (isAnswer) throw new Error('killed');
      return await journal.append(stream, events, options);
    },
  };
  const graph = { nodes: [{ id: 'top', task: { goal: 'everything' }, use: 'boss' }] };
  await assert.rejects(run(graph, { runId: 'r', journal: dying, handlers: make() }).result, /killed/);
  const again = await recover('r', { journal, handlers: make() });
  assert.deepEqual(await again.result, { top: '[{"id":"1","result":"a part"}]' });
  assert.equal(begun.length <= 2, true, begun.join());
});
