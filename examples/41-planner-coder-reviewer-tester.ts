// Four roles make a change in a real sandbox: a planner plans, a coder writes, a reviewer and a tester judge at the same
// time, and the coder repairs until both agree. The models are scripted; the files, the commands and the faults are real.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRuntime } from 'hrm-rex';
import { AgentRegistry, agent, type ChatRequest, roles, sandboxTools } from 'hrm-rex/agents';
import { done, fail, type Handler, type Json, run } from 'hrm-rex/orchestration';
import { type ScriptedAnswer, scriptedModel } from 'hrm-rex/testing';

const root = await mkdtemp(join(tmpdir(), 'hrm-rex-example-'));
const runtime = new LocalRuntime();
// One toolbox for each execution of an agent, lent and given back with its shell.
const lease = async () => {
  const tools = sandboxTools({ runtime, root });
  return { value: tools, release: () => tools[Symbol.asyncDispose]() };
};

const file = (name: string) => join(root, name);
const call = (name: string, input: Json): ScriptedAnswer => ({ toolCalls: [{ name, input }] });
const faulty = 'export const mean = (numbers) => numbers.reduce((sum, number) => sum + number) / numbers.length;\n';
const right = `export const mean = (numbers) =>
  numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number) / numbers.length;\n`;
const tests = `import assert from 'node:assert/strict';
import { mean } from './mean.mjs';
assert.equal(mean([1, 2, 3]), 2);
assert.equal(mean([]), 0);\n`;

const scripts: Record<keyof typeof roles, (request: ChatRequest) => string | ScriptedAnswer> = {
  planner: () =>
    JSON.stringify({
      summary: 'One module with one function.',
      tasks: [{ id: 'mean', goal: 'write mean.mjs', files: ['mean.mjs'], dependsOn: [] }],
      files: ['mean.mjs'],
    }),
  coder: (request) => {
    const content = /reduce of empty array/i.test(taskOf(request)) ? right : faulty;
    if (!lastAnswer(request)) return call('write_file', { path: file('mean.mjs'), content });
    return JSON.stringify({ summary: 'mean', files: [{ path: 'mean.mjs', content }], patches: [], commands: [] });
  },
  reviewer: (request) => {
    const code = lastAnswer(request);
    if (!code) return call('read_file', { path: file('mean.mjs') });
    return JSON.stringify({ approved: JSON.stringify(code).includes('mean'), comments: [] });
  },
  tester: (request) => {
    const answer = lastAnswer(request);
    if (!answer) return call('write_file', { path: file('test.mjs'), content: tests });
    if (typeof answer === 'string') return call('run_command', { command: `cd ${root} && node test.mjs` });
    const { exitCode, output } = answer as { exitCode: number; output: string };
    const results = [{ name: 'mean', passed: exitCode === 0, output }];
    return JSON.stringify({ passed: exitCode === 0, tests: [], results, coverage: null });
  },
};

const registry = new AgentRegistry();
for (const [name, spec] of Object.entries(roles)) {
  const decide = scriptedModel(scripts[name as keyof typeof roles]);
  registry.register(agent(spec, { decide, lease, tools: (tools) => tools }));
}

const rounds: Json[] = [];
/** Codes and judges in rounds; what went wrong is told to the coder of the next one. */
const improve: Handler = async ({ goal }, { phase, inputs }) => {
  const verdict = inputs as { review?: { approved: boolean }; test?: { passed: boolean; results: Json } };
  if (phase === 'join') {
    rounds.push({ approved: verdict.review?.approved ?? false, passed: verdict.test?.passed ?? false });
    if (verdict.review?.approved && verdict.test?.passed) return done({ rounds: rounds.length });
    if (rounds.length === 5) return fail('NOT_GOOD_ENOUGH', 'five rounds were not enough');
  }
  const wrong = phase === 'join' ? { input: { failed: verdict.test?.results ?? null } } : {};
  return {
    kind: 'expand',
    graph: {
      nodes: [
        { id: 'code', task: { goal, ...wrong }, use: 'coder' },
        { id: 'review', task: { goal: 'review mean.mjs' }, use: 'reviewer', dependsOn: ['code'] },
        {
          id: 'test',
          task: { goal: 'test mean.mjs: the mean of no numbers is 0' },
          use: 'tester',
          dependsOn: ['code'],
        },
      ],
    },
    join: improve,
  };
};

const goal = 'a module mean.mjs whose function mean(numbers) answers their mean';
const result = await run(
  {
    nodes: [
      { id: 'plan', task: { goal }, use: { capability: 'planner' } },
      { id: 'improve', task: { goal }, use: improve, dependsOn: ['plan'] },
    ],
  },
  { handlers: registry.directory },
).result;

console.log(rounds);
assert.deepEqual(rounds, [
  { approved: true, passed: false },
  { approved: true, passed: true },
]);
assert.deepEqual(result.improve, { rounds: 2 });
assert.equal((await runtime.execute(['node', file('test.mjs')])).exitCode, 0);
await runtime.close();
await rm(root, { recursive: true });

function taskOf({ messages }: ChatRequest): string {
  const task = messages[1];
  return task?.role === 'user' ? task.content : '';
}

function lastAnswer({ messages }: ChatRequest): Json | undefined {
  const last = messages.at(-1);
  return last?.role === 'tool' ? last.answers[0]?.output : undefined;
}
