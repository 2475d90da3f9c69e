import { setImmediate } from 'node:timers/promises';
import { RexError } from '../../../core/errors.ts';
import { LocalRuntime } from '../../../sandbox/runtime/local-runtime.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { McpTransport } from '../adapter/connect-client.ts';
import { ProcessTransport } from './process-transport.ts';

/** An MCP server that is started as a process and speaks over its standard streams. */
export interface McpCommand {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Where it is started, such as a sandbox. Default: this machine. */
  readonly runtime?: Runtime | undefined;
}

/** An MCP server that listens, as Streamable HTTP. */
export interface McpAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
}

/** A transport of the application's own, made anew for each connection. */
export interface McpChannel {
  readonly transport: () => McpTransport | Promise<McpTransport>;
}

/** Which MCP server. */
export type McpServerAddress = McpCommand | McpAddress | McpChannel;

/** A way to a server, and how it is given up. */
export interface OpenedWay {
  readonly transport: McpTransport;
  close(): Promise<void>;
}

/** Starts, or turns to, a server. @throws CONNECTION_FAILED, COMMAND_NOT_STARTED */
export async function openWay(address: McpServerAddress, onError: (text: string) => void): Promise<OpenedWay> {
  if ('transport' in address) {
    const transport = await address.transport();
    return { transport, close: () => transport.close() };
  }
  return 'url' in address ? await openHttp(address) : await openProcess(address, onError);
}

async function openHttp({ url, headers = {}, token }: McpAddress): Promise<OpenedWay> {
  if (!URL.canParse(url))
    throw new RexError(
      'CONNECTION_FAILED',
      `${url} is no address`,
      { url, reason: 'it is no URL' },
      { retryable: false },
    );
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const all = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
  const requestInit = { headers: { ...all } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit, fetch: fetchOnLiveSocket });
  const close = async (): Promise<void> => {
    await transport.terminateSession().catch(() => {});
    await transport.close();
  };
  return { transport: transport as McpTransport, close };
}

/**
 * Gives the event loop two turns before a request: a kept connection that the server has closed meanwhile is then seen
 * as closed, and not chosen for a request that would be lost on it.
 */
async function fetchOnLiveSocket(url: string | URL, init?: RequestInit): Promise<Response> {
  await setImmediate();
  await setImmediate();
  return await fetch(url, init);
}

async function openProcess(
  { command, args = [], env, cwd, runtime }: McpCommand,
  onError: (text: string) => void,
): Promise<OpenedWay> {
  const place = runtime ?? new LocalRuntime();
  const closePlace = async (): Promise<void> => (runtime ? undefined : await place.close());
  try {
    const process = await place.spawn([command, ...args], {
      stdin: 'pipe',
      ...(env ? { env } : {}),
      ...(cwd === undefined ? {} : { cwd }),
    });
    const transport = new ProcessTransport(process, onError);
    return { transport, close: () => transport.close().finally(closePlace) };
  } catch (error) {
    await closePlace();
    throw error;
  }
}
