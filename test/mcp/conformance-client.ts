// The client that the official conformance suite drives; its last argument is the address of the suite's server.
import { mcpTools } from 'hrm-rex/mcp';

const url = process.argv.at(-1) as string;
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const input: Record<string, object> = { tools_call: { a: 5, b: 3 } };

await using server = await mcpTools({ url }, { onForm: () => ({ action: 'accept', content: {} }) });
const context = { signal: new AbortController().signal, callId: '1', progress: () => {} };
if (scenario !== 'initialize') {
  for (const tool of server.tools) console.log(await tool.call((input[scenario] ?? {}) as never, context));
}
