import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpProvider } from '../provider.ts';
import { makeGatekeeper } from './gatekeeper.ts';
import type { McpHttpOptions } from './http-options.ts';
import type { SessionTable } from './session-table.ts';

/** An MCP server that listens. */
export interface McpHttpServer extends AsyncDisposable {
  /** What clients connect to, such as `http://127.0.0.1:8008/mcp`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends all sessions and connections; idempotent. The provider stays open for its owner. */
  close(): Promise<void>;
}

const sessionHeader = 'mcp-session-id';

/**
 * Serves a provider as Streamable HTTP to any number of clients. Resolves when it listens.
 * @throws INVALID_ARGUMENT without a secret, unless `token` is false; the system's error when the address is taken
 */
export async function serveMcpHttp(provider: McpProvider, options: McpHttpOptions): Promise<McpHttpServer> {
  const gatekeeper = makeGatekeeper(options);
  const { host = '127.0.0.1', port = 0, path = '/mcp' } = options;
  const { SessionTable: Table } = await import('./session-table.ts');
  const sessions: SessionTable = new Table(provider, {
    maxSessions: options.maxSessions ?? 100,
    idleSessionMs: options.idleSessionMs ?? 1_800_000,
    keptEvents: options.keptEvents ?? 500,
    maxBodyBytes: options.maxBodyBytes ?? 4 * 1024 * 1024,
    retryMs: options.retryMs ?? 1000,
  });
  const server = createServer((request, response) => {
    const answering = answer(request, response);
    answering.catch((error: unknown) => refuse(response, 500, error instanceof Error ? error.message : String(error)));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const entry = gatekeeper(request.headers);
    if ('status' in entry) return refuse(response, entry.status, entry.message, entry.headers);
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== path)
      return refuse(response, 404, `Not found: the endpoint is ${path}`);
    const id = request.headers[sessionHeader];
    if (typeof id === 'string') {
      if (!sessions.has(id, entry.owner)) return refuse(response, 404, 'Session not found', undefined, -32001);
      return await sessions.handle(id, request, response);
    }
    if (sessions.isFull) return refuse(response, 503, 'Too many sessions', { 'retry-after': '30' });
    await sessions.begin(entry.owner, request, response);
  };
  const address = await listen(server, host, port);
  const name = address.address.includes(':') ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= stop(server, sessions);
    return closing;
  };
  return {
    url: `http://${name}:${address.port}${path}`,
    host: address.address,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

async function stop(server: Server, sessions: SessionTable): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await sessions.close();
  server.closeAllConnections();
  await closed;
}

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code: number = -32000,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}
