import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Tool } from '../../../agents/tools/tool.ts';
import type { McpPrompt } from '../prompts.ts';
import type { McpResource } from '../resources.ts';
import type { ToolCheck } from './check-call.ts';
import type { Client } from './make-peer.ts';
import { serveCompletions, servePrompts } from './serve-prompts.ts';
import { serveResources } from './serve-resources.ts';
import { serveTools } from './serve-tools.ts';

/** A way for messages between a client and a server, as `@modelcontextprotocol/sdk` defines it. */
export type McpTransport = Transport;

/** What every client of a provider is served. */
export interface Service {
  readonly name: string;
  readonly version: string;
  readonly instructions: string | undefined;
  readonly tools: () => readonly Tool[];
  readonly resources: readonly McpResource[];
  readonly prompts: readonly McpPrompt[];
  readonly check: ToolCheck;
  readonly maxResultBytes: number;
  /** Tells that a resource has changed. */
  onUpdate(listener: (uri: string) => void): () => void;
  /** Tells that the list of tools has changed. */
  onToolsChanged(listener: () => void): () => void;
}

/** A client that is connected. */
export interface McpConnection extends AsyncDisposable {
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
  /** Ends the connection; idempotent. What the client made stays for its owner. */
  close(): Promise<void>;
}

/**
 * Serves one client over a transport. It stands on the SDK's `Server` and not on `McpServer`, since tools of this package
 * carry JSON Schema already.
 */
export async function connectClient(service: Service, transport: McpTransport, owner: string): Promise<McpConnection> {
  const { name, version, instructions, tools, check, maxResultBytes, resources, prompts } = service;
  const server = new Server(
    { name, version },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true },
        prompts: {},
        completions: {},
        logging: {},
      },
      ...(instructions === undefined ? {} : { instructions }),
    },
  );
  const client: Client = { owner, logLevel: 'debug' };
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    client.logLevel = params.level;
    return {};
  });
  serveTools(server, { client, tools, check, maxResultBytes });
  const isSubscribed = serveResources(server, resources, owner);
  servePrompts(server, prompts, owner);
  serveCompletions(server, prompts, resources, owner);
  const ignore = (): void => {};
  const offUpdate = service.onUpdate((uri) => {
    if (isSubscribed(uri)) server.sendResourceUpdated({ uri }).catch(ignore);
  });
  const offTools = service.onToolsChanged(() => void server.sendToolListChanged().catch(ignore));
  const closed = new Promise<void>((resolve) => {
    server.onclose = () => {
      offUpdate();
      offTools();
      resolve();
    };
  });
  await server.connect(transport);
  const close = async (): Promise<void> => {
    await server.close();
  };
  return { closed, close, [Symbol.asyncDispose]: close };
}
