import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Answer, callTool, patience } from './support.ts';

/** The command line of this repository. */
export const main: string = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** `hrm-rex mcp` over standard input and output, with a client. */
export interface ServerProcess extends AsyncDisposable {
  readonly client: Client;
  readonly pid: number;
  /** What it has said on standard error. */
  said(): string;
  call(name: string, input?: object, options?: { readonly signal?: AbortSignal }): Promise<Answer>;
}

/** Starts `hrm-rex mcp` with arguments, and greets it. */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), main, 'mcp', ...args],
    env: { ...Object.fromEntries(inherited), ...env },
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport, patience);
  return {
    client,
    pid: transport.pid as number,
    said: () => said,
    call: (name, input, options) => callTool(client, name, input, options),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
