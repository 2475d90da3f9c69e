import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createMcpProvider, type McpProvider, type McpProviderOptions } from '../../../src/gateway/mcp/index.ts';

/** What a call answered. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at members of many shapes
  readonly value: any;
}

/** A provider with one client, over a pair of transports in memory. */
export interface Pair extends AsyncDisposable {
  readonly provider: McpProvider;
  readonly client: Client;
  call(name: string, input?: object, options?: { readonly signal?: AbortSignal }): Promise<Answer>;
}

/** Longest time of a request: that of a whole file of tests, since the machine may be busy. */
export const patience: { readonly timeout: number } = { timeout: 240_000 };

/** Calls a tool and reads the answer. */
export async function callTool(
  client: Client,
  name: string,
  input: object = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const result = await client.callTool({ name, arguments: { ...input } }, undefined, { ...patience, ...options });
  const [first] = result.content as { readonly type: string; readonly text?: string }[];
  return { isError: result.isError === true, text: first?.text ?? '', value: result.structuredContent };
}

/** Another client of a provider. */
export async function connectTo(
  provider: McpProvider,
  owner = 'local',
  client: Client = new Client({ name: 'test', version: '1' }),
): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await provider.connect(there, { owner });
  await client.connect(here);
  return client;
}

/** A provider on plain directories of this machine, and a client. */
export async function connect(options: McpProviderOptions = {}, client?: Client): Promise<Pair> {
  const provider = createMcpProvider({ deployments: { local: { type: 'local' } }, ...options });
  const connected = await connectTo(provider, 'local', client);
  return {
    provider,
    client: connected,
    call: (name, input, callOptions) => callTool(connected, name, input, callOptions),
    [Symbol.asyncDispose]: async () => {
      await connected.close();
      await provider.close();
    },
  };
}
