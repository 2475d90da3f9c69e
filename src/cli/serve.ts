import { parseArgs } from 'node:util';
import { LocalRuntime } from '../sandbox/runtime/local-runtime.ts';
import { serve } from '../sandbox/server/serve.ts';
import type { ServerOptions } from '../sandbox/server/server-options.ts';
import { usageError } from './failure.ts';
import { nextSignal } from './next-signal.ts';
import { packageVersion } from './package-version.ts';
import { readFlagFile } from './read-flag-file.ts';

const help = `Usage: hrm-rex serve [OPTIONS]

Serves this machine as a sandbox over HTTP: SWE-ReX's routes for its Python client, and more for RemoteRuntime.
The secret comes from --token-file, from HRM_REX_TOKEN, or from --auth-token, which other users of the machine can see.

Options:
  --host HOST                     Address to bind (default 127.0.0.1)
  --port PORT                     Port to bind, 0 for a free one (default 8000)
  --token-file FILE               File that holds the secret
  --auth-token TOKEN              The secret; an empty one lets everybody in, as with swerex-remote
  --no-auth                       Let in everybody who reaches the port
  --tls-cert FILE --tls-key FILE  Serve HTTPS with this certificate and key (PEM)
  --cwd DIRECTORY                 Working directory of what is run (default: this one)
  --max-body-bytes N              Largest JSON body (default 67108864)
  --max-output-bytes N            Most output kept of one command (default 16777216)
  --max-sessions N                Sessions at once (default 1000)
  --max-processes N               Commands at once (default 1000)
  --idle-session-timeout-ms N     Close sessions that nobody uses for this long (default: never)
  --cancel-on-disconnect          Cancel the commands of a client that vanishes
  -v, --version                   Print the version
  -h, --help                      Print this help
`;

const flags = {
  host: { type: 'string' },
  port: { type: 'string' },
  'auth-token': { type: 'string' },
  'token-file': { type: 'string' },
  'no-auth': { type: 'boolean' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  cwd: { type: 'string' },
  'max-body-bytes': { type: 'string' },
  'max-output-bytes': { type: 'string' },
  'max-sessions': { type: 'string' },
  'max-processes': { type: 'string' },
  'idle-session-timeout-ms': { type: 'string' },
  'cancel-on-disconnect': { type: 'boolean' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>;

/** `hrm-rex serve`: runs until SIGINT, SIGTERM or SIGHUP, then ends everything it started. */
export async function serveCommand(args: readonly string[]): Promise<number> {
  const values = parse(args);
  if (values.help) return print(help);
  if (values.version) {
    if (args.length > 1) throw usageError('--version stands alone');
    return print(`${packageVersion()}\n`);
  }
  const options = toOptions(values);
  const stopped = nextSignal();
  // The secret is nothing for the commands that are run.
  delete process.env[tokenVariable];
  await using runtime = new LocalRuntime(values.cwd === undefined ? {} : { cwd: values.cwd });
  await using server = await serve(runtime, options);
  print(`hrm-rex serve: listening on ${server.url}\n`);
  await stopped;
  return 0;
}

const tokenVariable = 'HRM_REX_TOKEN';

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true }).values;
}

function toOptions(values: Values): ServerOptions {
  const { 'tls-cert': certificate, 'tls-key': key } = values;
  if ((certificate === undefined) !== (key === undefined)) throw usageError('--tls-cert and --tls-key go together');
  const tls =
    certificate === undefined || key === undefined
      ? undefined
      : { certificate: readFlagFile(certificate), key: readFlagFile(key) };
  return {
    ...toAccess(values),
    host: values.host ?? '127.0.0.1',
    port: count(values, 'port') ?? 8_000,
    ...(tls === undefined ? {} : { tls }),
    ...limit('maxBodyBytes', count(values, 'max-body-bytes')),
    ...limit('maxOutputBytes', count(values, 'max-output-bytes')),
    ...limit('maxSessions', count(values, 'max-sessions')),
    ...limit('maxProcesses', count(values, 'max-processes')),
    ...limit('idleSessionTimeoutMs', count(values, 'idle-session-timeout-ms')),
    cancelOnDisconnect: values['cancel-on-disconnect'] ?? false,
  };
}

function toAccess(values: Values): Pick<ServerOptions, 'token' | 'auth'> {
  const given = values['auth-token'];
  if (values['no-auth'] || given === '') return { auth: false };
  if (given !== undefined) return { token: given };
  const file = values['token-file'];
  const token = file === undefined ? process.env[tokenVariable] : readFlagFile(file).trim();
  if (token !== undefined && token !== '') return { token };
  if (file !== undefined) throw usageError(`${file} holds no secret`);
  throw usageError(`a secret is needed: set ${tokenVariable}, or pass --token-file, --auth-token or --no-auth`);
}

function count(values: Values, flag: keyof Values & `${string}`): number | undefined {
  const text = values[flag];
  if (typeof text !== 'string') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError(`--${flag} takes a whole number, not ${JSON.stringify(text)}`);
}

function limit<Name extends keyof ServerOptions>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, number>>);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
