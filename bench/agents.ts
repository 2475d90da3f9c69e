// What agents and their tools cost. Usage: npm run bench -- agents [--json FILE]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRuntime } from 'hrm-rex';
import {
  AgentRegistry,
  agent,
  answerCall,
  type ChatModel,
  defineTool,
  ResourceLocks,
  type ToolContext,
  toolSet,
} from 'hrm-rex/agents';
import { openFileJournal, run } from 'hrm-rex/orchestration';
import { coordinationOverhead } from 'hrm-rex/telemetry';
import { scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';
import { median, once, paired, type Row, report, times } from './measure.ts';

const rows: Row[] = [];
const ms = 'ms';

{
  const runtime = new LocalRuntime();
  let next = 0;
  const make = () => {
    const name = `agent-${next++}`;
    const lease = async () => {
      const session = await runtime.createSession({ session: name, loadRc: false });
      return { value: session, release: () => session.close() };
    };
    return { name, made: agent({ name }, { decide: scriptedModel(['ready']), lease }) };
  };
  const spawn = async () => {
    const { name, made } = make();
    const registry = new AgentRegistry([], { make: () => made });
    await registry.spawn({ name });
    await run({ nodes: [{ id: 'n', task: { goal: 'say ready' }, use: name }] }, { handlers: registry.directory })
      .result;
  };
  const alone = async () => {
    const session = await runtime.createSession({ loadRc: false });
    await session.close();
  };
  const [found, reference] = await paired(30, spawn, alone);
  rows.push({
    what: 'agent with a local session, no rc file: spawn, one turn, end',
    value: median(found),
    unit: ms,
    reference: median(reference),
    against: 'a local session alone',
    target: { most: 50 },
  });
  await runtime.close();
}

{
  const locks = new ResourceLocks();
  const tools = toolSet([
    defineTool({
      name: 'add',
      description: 'adds',
      input: z.object({ a: z.number(), b: z.number() }),
      output: z.object({ sum: z.number() }),
      resources: () => [{ key: 'file:a', mode: 'write' }],
      run: ({ a, b }) => ({ sum: a + b }),
    }),
  ]);
  const context: ToolContext = { signal: new AbortController().signal, callId: 'c', progress: () => {} };
  const call = { id: 'c', name: 'add', input: { a: 1, b: 2 } };
  const found = await times(5_000, () => answerCall(tools, call, context, { locks }));
  rows.push({ what: "a tool call's own cost", value: median(found), unit: ms, target: { most: 1 } });
}

{
  const work = defineTool({ name: 'noop', description: 'nothing', input: z.object({}), run: () => null });
  const turns = 200;
  const model = scriptedModel((_request, number) =>
    number < turns ? { toolCalls: [{ name: 'noop', input: {} }] } : 'done',
  );
  const { handle } = agent({ name: 'a', limits: { steps: turns } }, { decide: model, tools: [work] });
  const value = await once(() => run({ nodes: [{ id: 'n', task: { goal: 'x' }, use: handle }] }).result);
  rows.push({ what: 'a turn with one call, of 200 in one conversation, no journal', value: value / turns, unit: ms });
}

const second = defineTool({
  name: 'work',
  description: 'works for a second',
  input: z.object({}),
  run: () => new Promise<void>((resolve) => setTimeout(resolve, 1_000)),
});
const model: ChatModel = scriptedModel(({ messages }) =>
  messages.length > 2 ? 'done' : { toolCalls: [{ name: 'work', input: {} }] },
);
for (const width of [30, 250]) {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));
  {
    await using journal = await openFileJournal(directory);
    const registry = new AgentRegistry();
    for (let index = 0; index < width; index++) {
      registry.register(agent({ name: `a${index}` }, { decide: model, tools: [second] }));
    }
    const nodes = Array.from({ length: width }, (_, index) => ({
      id: `n${index}`,
      task: { goal: 'work' },
      use: `a${index}`,
    }));
    const options = { handlers: registry.directory, journal, runId: 'wide' };
    const wallMs = await once(() => run({ nodes }, options).result);
    const { overhead } = await coordinationOverhead(journal.read('wide'));
    rows.push(
      {
        what: `coordination overhead of ${width} agents at once, two turns and 1 s of work each, file journal`,
        value: overhead * 100,
        unit: '%',
        target: { most: 5 },
      },
      {
        what: `share of the wall time of ${width} agents in which they neither worked nor waited for work`,
        value: ((wallMs - 1_000) / wallMs) * 100,
        unit: '%',
      },
    );
  }
  await rm(directory, { recursive: true, force: true });
}
report('agents', rows);
