import type { Readable, Writable } from 'node:stream';
import type { McpConnection } from '../adapter/connect-client.ts';
import type { McpProvider } from '../provider.ts';
import { StdioTransport } from './stdio-transport.ts';

/** Where messages go. All optional. */
export interface McpStdioOptions {
  /** Default: standard input. */
  readonly input?: Readable | undefined;
  /** Default: standard output, which then belongs to the protocol alone. */
  readonly output?: Writable | undefined;
  /** Largest message; larger ones are answered with an error. Default 10 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

const tenMebibytes = 10 * 1024 * 1024;

/**
 * Serves the client at the other end of this process's standard streams. `closed` resolves when it is gone, also when its
 * process was killed; close the provider then, and nothing is left behind.
 */
export async function serveMcpStdio(provider: McpProvider, options: McpStdioOptions = {}): Promise<McpConnection> {
  const { input = process.stdin, output = process.stdout, maxMessageBytes = tenMebibytes } = options;
  return await provider.connect(new StdioTransport(input, output, maxMessageBytes));
}
