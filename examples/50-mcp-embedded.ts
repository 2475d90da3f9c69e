// An application as an MCP server: sandboxes, files, jobs and agents, and a tool of its own in three lines.
import assert from 'node:assert/strict';
import { defineTool } from 'hrm-rex/agents';
import { createMcpProvider, mcpTools, serveMcpHttp } from 'hrm-rex/mcp';
import { done } from 'hrm-rex/orchestration';
import { z } from 'zod';

const price = defineTool({
  name: 'price',
  description: 'Price of an article in euro.',
  input: z.object({ article: z.string() }),
  output: z.object({ euro: z.number() }),
  annotations: { readOnly: true, openWorld: false },
  run: ({ article }) => ({ euro: article.length }),
});

await using provider = createMcpProvider({
  tools: [price],
  agents: { greeter: async ({ goal }) => done(`Hello, ${goal}!`) },
  deployments: { here: { type: 'local' } },
});
await using server = await serveMcpHttp(provider, { token: 'only-for-this-example' });
console.log(`listening on ${server.url}`);

// Any MCP client sees them; here it is this package's own.
await using remote = await mcpTools({ url: server.url, token: 'only-for-this-example' });
const context = { signal: AbortSignal.timeout(30_000), callId: 'example', progress: () => {} };
const call = async (name: string, input: object) => {
  const tool = remote.tools.find((each) => each.name === name);
  return await tool?.call({ ...input }, context);
};
assert.equal(remote.tools.length, 15);
assert.deepEqual(await call('price', { article: 'chair' }), { euro: 5 });
assert.equal(((await call('agent_run', { task: 'world' })) as { output: string }).output, 'Hello, world!');
