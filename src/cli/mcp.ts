import { parseArgs } from 'node:util';
import type { Tool } from '../agents/tools/tool.ts';
import { serveMcpHttp } from '../gateway/mcp/http/serve-http.ts';
import { createMcpProvider, type McpProvider } from '../gateway/mcp/provider.ts';
import { serveMcpStdio } from '../gateway/mcp/stdio/serve-stdio.ts';
import { usageError } from './failure.ts';
import { type McpConfig, readConfig, remoteTokenVariable, toDeployments, toPreset } from './mcp-config.ts';
import { nextSignal } from './next-signal.ts';
import { packageVersion } from './package-version.ts';
import { readFlagFile } from './read-flag-file.ts';

const help = `Usage: hrm-rex mcp [OPTIONS]

Serves sandboxes, sessions, files, jobs and agents to MCP clients: to one over standard input and output, or with --http
to many. It says on standard error where sandboxes are made.

Options:
  --preset NAME          Tools to offer: minimal, sandbox, agents, all or codemode (default all)
  --deployment NAME      Where sandboxes are made: auto (default), bubblewrap, docker, docker:IMAGE, local (not isolated),
                         ssh://USER@HOST, http(s)://HOST:PORT of a hrm-rex serve (secret in HRM_REX_REMOTE_TOKEN), or a
                         name of the configuration. auto: its first one, else the safest that this machine offers
  --workspace DIRECTORY  Work in this directory, which a container sees as /workspace (default: a new one for each sandbox)
  --config FILE          Configuration (JSON)
  --http                 Serve over HTTP
  --host HOST            Address to bind (default 127.0.0.1)
  --port PORT            Port to bind, 0 for a free one (default 8008)
  --token-file FILE      File that holds the secret, or a line "NAME SECRET" for each client; else HRM_REX_MCP_TOKEN
  --no-auth              Let in everybody who reaches the port
  -h, --help             Print this help
`;

const flags = {
  preset: { type: 'string' },
  deployment: { type: 'string' },
  workspace: { type: 'string' },
  config: { type: 'string' },
  http: { type: 'boolean' },
  host: { type: 'string' },
  port: { type: 'string' },
  'token-file': { type: 'string' },
  'no-auth': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const tokenVariable = 'HRM_REX_MCP_TOKEN';

/** `hrm-rex mcp`: serves until the client is gone or a signal comes, then ends everything it started. */
export async function mcpCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const config = withFlags(readConfig(values.config), values.workspace);
  const http = values.http ? toHttp(values) : refuseHttpFlags(values);
  const preset = toPreset(values.preset ?? config.preset);
  const deployments = toDeployments(values.deployment ?? config.deployment, config);
  // The secrets are nothing for the commands that are run.
  delete process.env[tokenVariable];
  delete process.env[remoteTokenVariable];
  const stopped = nextSignal();
  let isChanged = (): void => {};
  await using servers = await connectServers(config, () => isChanged());
  await using provider = createMcpProvider({
    preset,
    ...(deployments ? { deployments } : {}),
    ...(config.limits ? { limits: config.limits } : {}),
    workspace: config.workspace,
    tools: servers.tools,
    version: packageVersion(),
    onNotice: (notice) => say(`sandboxes by ${notice}`),
  });
  isChanged = () => provider.setTools(servers.tools);
  if (deployments) say(`sandboxes by ${Object.keys(deployments)[0]}, as configured`);
  void provider.ready().catch((error: unknown) => say(String(error)));
  if (http) await serveHttp(provider, http, config, stopped);
  else await serveStdio(provider, stopped);
  return 0;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

interface HttpFlags {
  readonly host: string;
  readonly port: number;
  readonly token: string | Record<string, string> | false;
}

async function serveStdio(provider: McpProvider, stopped: Promise<void>): Promise<void> {
  await using connection = await serveMcpStdio(provider);
  await Promise.race([connection.closed, stopped]);
}

async function serveHttp(
  provider: McpProvider,
  http: HttpFlags,
  config: McpConfig,
  stopped: Promise<void>,
): Promise<void> {
  const { allowedHosts, allowedOrigins } = config;
  await using server = await serveMcpHttp(provider, { ...http, allowedHosts, allowedOrigins });
  say(`listening on ${server.url}`);
  await stopped;
}

async function connectServers(
  { servers = {} }: McpConfig,
  onChange: () => void,
): Promise<AsyncDisposable & { readonly tools: readonly Tool[] }> {
  if (Object.keys(servers).length === 0) return { tools: [], [Symbol.asyncDispose]: async () => {} };
  const { connectAll } = await import('../gateway/mcp/client/connect-all.ts');
  return await connectAll(servers, { onChange });
}

function withFlags(config: McpConfig, workspace: string | undefined): McpConfig {
  return workspace === undefined ? config : { ...config, workspace };
}

function toHttp(values: Values): HttpFlags {
  const { host = '127.0.0.1', port = '8008' } = values;
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw usageError(`--port takes a port number, not ${JSON.stringify(port)}`);
  return { host, port: Number(port), token: toToken(values) };
}

function refuseHttpFlags(values: Values): undefined {
  const given = (['host', 'port', 'token-file', 'no-auth'] as const).find((flag) => values[flag] !== undefined);
  if (given) throw usageError(`--${given} goes with --http`);
  return undefined;
}

function toToken(values: Values): HttpFlags['token'] {
  if (values['no-auth']) return false;
  const file = values['token-file'];
  const text = file === undefined ? process.env[tokenVariable] : readFlagFile(file);
  const lines = (text ?? '').split('\n').flatMap((line) => line.trim() || []);
  if (lines.length === 0) {
    throw usageError(
      file === undefined
        ? `a secret is needed: set ${tokenVariable}, or pass --token-file or --no-auth`
        : `${file} holds no secret`,
    );
  }
  if (lines.length === 1 && !/\s/.test(lines[0] as string)) return lines[0] as string;
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, secret] = /^(\S+)\s+(\S+)$/.exec(line) ?? [];
      if (name === undefined || secret === undefined)
        throw usageError('a file of several secrets has lines "NAME SECRET"');
      return [name, secret];
    }),
  );
}

/** Standard output belongs to the protocol. */
function say(text: string): void {
  process.stderr.write(`hrm-rex mcp: ${text}\n`);
}
