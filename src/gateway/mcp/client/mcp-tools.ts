import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { CallToolResult, Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import type { JsonObject } from '../../../core/json.ts';
import { callFailure, fateOf } from './call-failure.ts';
import { Link } from './link.ts';
import { listTools } from './list-tools.ts';
import type { McpToolsOptions } from './mcp-tools-options.ts';
import { type RemoteCall, type RemoteName, remoteTool } from './remote-tool.ts';
import type { McpServerAddress } from './server-address.ts';
import { safeNames } from './tool-names.ts';

/** The tools of an MCP server, as long as the connection is wanted. Closing ends a server that was started for it. */
export interface McpTools extends AsyncDisposable {
  /** The tools at the moment; the list changes with the server's. */
  readonly tools: readonly Tool[];
  /** Name and version of the server. */
  readonly server: { readonly name: string; readonly version: string };
  /** What the server tells models about itself. */
  readonly instructions: string | undefined;
  /** Asks the server for its tools again. */
  refresh(): Promise<readonly Tool[]>;
  close(): Promise<void>;
}

const defaultTimeoutMs = 300_000;

/**
 * Connects to an MCP server and turns its tools into tools of this package. A connection that is lost is made again at
 * the next call.
 * @throws CONNECTION_FAILED when no server answers
 */
export async function mcpTools(address: McpServerAddress, options: McpToolsOptions = {}): Promise<McpTools> {
  const set = new RemoteTools(address, options);
  try {
    await set.refresh();
    return set;
  } catch (error) {
    await set.close();
    throw error;
  }
}

class RemoteTools implements McpTools {
  tools: readonly Tool[] = [];
  server: { readonly name: string; readonly version: string } = { name: 'server', version: '' };
  instructions: string | undefined;
  readonly #options: McpToolsOptions;
  readonly #link: Link;
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(address: McpServerAddress, options: McpToolsOptions) {
    this.#options = options;
    this.#link = new Link(address, options, (client) => this.#greet(client));
  }

  /** One after another, so that the latest list stays. */
  refresh(): Promise<readonly Tool[]> {
    const refreshing = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = refreshing.catch(() => {});
    return refreshing;
  }

  async #refresh(): Promise<readonly Tool[]> {
    const { filter = () => true, prefix = '' } = this.#options;
    const found = (await this.#list()).filter(({ name }) => filter(name));
    const names = safeNames(
      found.map(({ name }) => name),
      prefix,
    );
    const call: RemoteCall = (tool, input, context) => this.#call(tool, input, context);
    this.tools = found.map((tool, index) =>
      remoteTool(tool, names[index] as string, this.server.name, call, this.#options),
    );
    return this.tools;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #greet(client: Client): void {
    const { name, version } = client.getServerVersion() ?? this.server;
    this.server = { name, version };
    this.instructions = client.getInstructions();
    const isChanged = (): void => {
      this.refresh().then(this.#options.onChange, () => {});
    };
    client.fallbackNotificationHandler = async ({ method }) => {
      if (method === 'notifications/tools/list_changed') isChanged();
    };
  }

  async #list(): Promise<McpTool[]> {
    const client = await this.#link.client();
    try {
      return await listTools(client, (text) => this.#options.onLog?.(text));
    } catch (error) {
      throw callFailure(this.server.name, 'tools/list', error);
    }
  }

  async #call({ name, mayRepeat }: RemoteName, input: JsonObject, context: ToolContext): Promise<CallToolResult> {
    for (let isRepeated = false; ; isRepeated = true) {
      const client = await this.#link.client();
      try {
        return await this.#request(client, name, input, context);
      } catch (error) {
        context.signal.throwIfAborted();
        const fate = fateOf(error);
        const isRepeatable = fate === 'not-begun' || (fate === 'unknown' && mayRepeat);
        if (isRepeated || !isRepeatable) throw callFailure(this.server.name, name, error);
        await this.#link.drop();
      }
    }
  }

  async #request(client: Client, name: string, input: JsonObject, context: ToolContext): Promise<CallToolResult> {
    const { CallToolResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const params = { name, arguments: { ...input } };
    return await client.request({ method: 'tools/call', params }, CallToolResultSchema, {
      signal: context.signal,
      timeout: this.#options.timeoutMs ?? defaultTimeoutMs,
      resetTimeoutOnProgress: true,
      onprogress: ({ progress, total, message }) => context.progress({ done: progress, total, message }),
    });
  }
}
