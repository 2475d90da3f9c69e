import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { RexError } from '../../../core/errors.ts';
import type { McpToolsOptions } from './mcp-tools-options.ts';
import { offerToServer } from './offer.ts';
import { type McpServerAddress, openWay } from './server-address.ts';

/** A client that is connected. */
export interface Connected {
  readonly client: Client;
  close(): Promise<void>;
}

/** A connection to one server that is made when it is needed, and made again after it was lost. */
export class Link {
  readonly #address: McpServerAddress;
  readonly #options: McpToolsOptions;
  readonly #onConnect: (client: Client) => void;
  #connecting: Promise<Connected> | undefined;
  #isClosed = false;

  constructor(address: McpServerAddress, options: McpToolsOptions, onConnect: (client: Client) => void) {
    this.#address = address;
    this.#options = options;
    this.#onConnect = onConnect;
  }

  /** @throws CONNECTION_FAILED */
  async client(): Promise<Client> {
    if (this.#isClosed) {
      const hint = 'Connect again with `mcpTools`.';
      throw new RexError(
        'RUNTIME_CLOSED',
        'the connection to the MCP server is closed',
        { operation: 'call' },
        { hint },
      );
    }
    if (!this.#connecting) {
      const connecting = this.#connect();
      this.#connecting = connecting;
      connecting.catch(() => this.#forget(connecting));
    }
    return (await this.#connecting).client;
  }

  /** Gives a connection up that does not work; the next call makes another. */
  async drop(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    await (await connecting?.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.drop();
  }

  async #connect(): Promise<Connected> {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    let errors = '';
    const way = await openWay(this.#address, (text) => {
      errors = `${errors}${text}`.slice(-2000);
      this.#options.onLog?.(text);
    });
    const { name = 'hrm-rex', connectTimeoutMs = 30_000 } = this.#options;
    const client = new Client({ name, version: '0.0.0' }, { capabilities: offerToServer(this.#options).capabilities });
    offerToServer(this.#options).register(client);
    try {
      await client.connect(way.transport, { timeout: connectTimeoutMs });
    } catch (error) {
      await way.close().catch(() => {});
      throw connectionFailed(this.#address, error, errors);
    }
    const connected = { client, close: () => way.close().finally(() => client.close()) };
    client.onclose = () => this.#forgetClient(client);
    this.#onConnect(client);
    return connected;
  }

  #forgetClient(client: Client): void {
    const connecting = this.#connecting;
    void connecting?.then(async (connected) => {
      if (connected.client !== client) return;
      this.#forget(connecting);
      await connected.close().catch(() => {});
    });
  }

  #forget(connecting: Promise<Connected>): void {
    if (this.#connecting === connecting) this.#connecting = undefined;
  }
}

function connectionFailed(address: McpServerAddress, error: unknown, printed: string): RexError<'CONNECTION_FAILED'> {
  const url =
    'url' in address
      ? address.url
      : 'command' in address
        ? [address.command, ...(address.args ?? [])].join(' ')
        : 'transport';
  const reason = error instanceof Error ? error.message : String(error);
  const said = printed.trim() === '' ? '' : `; it printed: ${printed.trim().slice(-500)}`;
  return new RexError(
    'CONNECTION_FAILED',
    `no MCP server answers at ${url}: ${reason}${said}`,
    { url, reason },
    { cause: error },
  );
}
