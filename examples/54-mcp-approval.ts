// An agent that asks before it acts, run through MCP: the person at the client is asked by a form; a client without forms
// gets the question as a ticket, and answers by the same tool.
import assert from 'node:assert/strict';
import { createMcpProvider, mcpTools, serveMcpHttp } from 'hrm-rex/mcp';
import { approval, done, guard } from 'hrm-rex/orchestration';

const publisher = guard(async ({ goal }) => done(`${goal} is out`), approval({ when: () => true }));
await using provider = createMcpProvider({ agents: { publisher }, deployments: { here: { type: 'local' } } });
await using server = await serveMcpHttp(provider, { token: 'only-for-this-example' });

interface RunView {
  readonly run: string;
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly tickets?: readonly { readonly ticket: string; readonly request: string }[];
}
const address = { url: server.url, token: 'only-for-this-example' };
const context = { signal: AbortSignal.timeout(30_000), callId: 'example', progress: () => {} };

// With forms.
const asked: string[] = [];
await using attended = await mcpTools(address, {
  onForm: ({ message }) => {
    asked.push(message);
    return { action: 'accept', content: { allow: true } };
  },
});
const runAttended = attended.tools.find(({ name }) => name === 'agent_run');
const published = (await runAttended?.call({ task: 'version 2' }, context)) as unknown as RunView;
assert.equal(published.output, 'version 2 is out');
assert.match(asked.join(), /publisher asks: .*version 2/);

// Without.
await using plain = await mcpTools(address);
const run = plain.tools.find(({ name }) => name === 'agent_run');
const waiting = (await run?.call({ task: 'version 3' }, context)) as unknown as RunView;
console.log('waits for:', waiting.tickets);
const ticket = waiting.tickets?.[0]?.ticket ?? '';
const refused = (await run?.call({ run: waiting.run, ticket, answer: 'no' }, context)) as unknown as RunView;
assert.deepEqual([refused.status, refused.tickets], ['failed', undefined]);
assert.match(refused.error ?? '', /nobody approved: version 3/);
