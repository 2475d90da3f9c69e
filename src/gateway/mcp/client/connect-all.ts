import type { Tool } from '../../../agents/tools/tool.ts';
import { type McpTools, mcpTools } from './mcp-tools.ts';
import type { McpServerAddress } from './server-address.ts';

/** Tools of several MCP servers, their names beginning with the server's; the list follows the servers'. */
export async function connectAll(
  servers: Readonly<Record<string, object>>,
  options: { readonly onChange?: () => void; readonly onLog?: (text: string) => void } = {},
): Promise<AsyncDisposable & { readonly tools: readonly Tool[] }> {
  const connecting = Object.entries(servers).map(([name, address]) =>
    mcpTools(address as McpServerAddress, { ...options, prefix: `${name}_` }),
  );
  const connected = await Promise.allSettled(connecting);
  const sets = connected.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const close = async (): Promise<void> => void (await Promise.all(sets.map((set: McpTools) => set.close())));
  const failed = connected.find((each) => each.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return {
    get tools() {
      return sets.flatMap(({ tools }) => tools);
    },
    [Symbol.asyncDispose]: close,
  };
}
