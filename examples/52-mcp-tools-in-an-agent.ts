// An agent that uses the tools of another MCP server. The model is scripted, so that the example needs no key.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { agent } from 'hrm-rex/agents';
import { mcpTools } from 'hrm-rex/mcp';
import { run } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
await using server = await mcpTools(
  { command: process.execPath, args: ['--import', 'tsx', main, 'mcp', '--preset', 'minimal', '--deployment', 'local'] },
  { prefix: 'box_' },
);

const model = scriptedModel([
  { toolCalls: [{ name: 'box_file_write', input: { path: 'sum.sh', content: 'echo $(($1 + $2))\n' } }] },
  { toolCalls: [{ name: 'box_exec', input: { command: 'sh sum.sh 20 22' } }] },
  { text: 'The script works.' },
]);
const writer = agent(
  { name: 'writer', instructions: 'Write and try small scripts.' },
  { decide: model, tools: server.tools },
);

const running = run({ nodes: [{ id: 'sum', task: { goal: 'A script that adds two numbers' }, use: writer.handle }] });
assert.equal((await running.result).sum, 'The script works.');

const exec = server.tools.find(({ name }) => name === 'box_exec');
const context = { signal: AbortSignal.timeout(10_000), callId: 'check', progress: () => {} };
const answer = (await exec?.call({ command: 'sh sum.sh 1 2' }, context)) as { stdout: string };
assert.equal(answer.stdout, '3\n');
