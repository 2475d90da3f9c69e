import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const mostPages = 100;
const pageSchema = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** Every tool that a server offers, page by page; what cannot be understood is left out and told to `onLog`. */
export async function listTools(client: Client, onLog: (text: string) => void): Promise<McpTool[]> {
  const found: McpTool[] = [];
  if (!client.getServerCapabilities()?.tools) return found;
  const { ToolSchema } = await import('@modelcontextprotocol/sdk/types.js');
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools, nextCursor } = await client.request({ method: 'tools/list', params }, pageSchema);
    for (const tool of tools) {
      const { success, data, error } = ToolSchema.safeParse(tool);
      if (success) found.push(data);
      else onLog(`a tool is left out: ${JSON.stringify(tool).slice(0, 200)}: ${error.issues[0]?.message}\n`);
    }
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return found;
}
