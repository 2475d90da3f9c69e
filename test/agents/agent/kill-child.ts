import { join } from 'node:path';
import { AgentRegistry, agent, type ChatRequest, defineTool, delegation, type Tool } from 'hrm-rex/agents';
import { type Json, openFileJournal, recover, run } from 'hrm-rex/orchestration';
import { type ScriptedAnswer, scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';

/** What a life of the agents tells: `did` and `hangs` of requests and calls, `kept` of steps that are durable. */
export type Tell = (word: 'did' | 'hangs' | 'kept', what: string) => void;

/** Works on the task, or goes on with it; never comes beyond `hangAt`. Returns the conversation as the last turn saw it. */
export async function live(directory: string, hangAt: string, tell: Tell): Promise<Json> {
  const registry = new AgentRegistry();
  const act = async (what: string): Promise<void> => {
    if (what === hangAt) {
      tell('hangs', what);
      await new Promise(() => {});
    }
    tell('did', what);
  };
  const tool = (name: string): Tool =>
    defineTool({ name, description: name, input: z.object({}), run: (_input, { callId }) => act(`${name} ${callId}`) });
  const decide = (name: string, turns: readonly ((request: ChatRequest) => ScriptedAnswer)[]) => {
    const model = scriptedModel((request) => turns[turnOf(request)]?.(request) ?? '');
    return {
      ...model,
      async *stream(request: ChatRequest) {
        await act(`${name} turn ${turnOf(request) + 1}`);
        yield* model.stream(request);
      },
    };
  };
  const calls = (...names: readonly string[]) => ({ toolCalls: names.map((name) => ({ id: name, name, input: {} })) });
  const part = { id: 'part', name: 'delegate_subtask', input: { role: 'helper', instructions: 'measure it' } };
  const boss = decide('boss', [
    () => calls('look', 'write'),
    () => ({ toolCalls: [part] }),
    ({ messages }) => ({ text: JSON.stringify(messages) }),
  ]);
  const helper = decide('helper', [() => calls('measure'), () => ({ text: 'measured' })]);
  registry.register(agent({ name: 'helper' }, { decide: helper, tools: [tool('measure')] }));
  const tools = [tool('look'), tool('write'), ...delegation({ registry })];
  registry.register(agent({ name: 'boss' }, { decide: boss, tools }));

  await using journal = await openFileJournal(join(directory, 'journal'));
  const options = { runId: 'run', journal, handlers: registry.directory };
  const graph = { nodes: [{ id: 'task', task: { goal: 'look at everything' }, use: 'boss' }] };
  const isKnown = (await journal.streams()).includes('run');
  await using running = isKnown ? await recover<Record<string, Json>>('run', options) : run(graph, options);
  for await (const event of running) if (event.type === 'node.step') tell('kept', event.data.name);
  return JSON.parse(String((await running.result).task)) as Json;
}

function turnOf({ messages }: ChatRequest): number {
  return messages.filter(({ role }) => role === 'assistant').length;
}

if (process.argv[1] === import.meta.filename) {
  const [, , directory = '', hangAt = ''] = process.argv;
  const clock = setInterval(() => {}, 60_000);
  await live(directory, hangAt, (word, what) => process.stdout.write(`${word} ${what}\n`));
  clearInterval(clock);
}
