import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ConfigAuth, DockerConfig } from './docker-config.ts';

/** What the engine sends to a registry. */
export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
  readonly serveraddress: string;
}

/** Asks `docker-credential-NAME` for a server; undefined when it knows none. Replaced in tests. */
export type AskHelper = (helper: string, server: string) => Promise<{ username: string; secret: string } | undefined>;

/** Key of the default registry in the docker CLI's configuration. */
const dockerHub = 'https://index.docker.io/v1/';

/**
 * Credentials for a registry, found as the docker CLI finds them: its own helper (`credHelpers`), the store of all
 * (`credsStore`), then the file. Undefined when there are none.
 */
export async function findCredentials(
  config: DockerConfig,
  registry: string,
  askHelper: AskHelper = runHelper,
): Promise<RegistryCredentials | undefined> {
  const server = registry === 'docker.io' ? dockerHub : registry;
  const helper = config.credHelpers?.[server] ?? config.credHelpers?.[registry] ?? config.credsStore;
  if (helper !== undefined && helper !== '') {
    const found = await askHelper(helper, server);
    if (found) return fromHelper(found, server);
  }
  const entry = Object.entries(config.auths ?? {}).find(([key]) => hostOf(key) === hostOf(server));
  return entry === undefined ? undefined : fromFile(entry[1], server);
}

/** Credentials for every registry that the configuration names, by server: what a build needs. */
export async function findAllCredentials(
  config: DockerConfig,
  askHelper: AskHelper = runHelper,
): Promise<Record<string, RegistryCredentials>> {
  const servers = new Set([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})]);
  const found: Record<string, RegistryCredentials> = {};
  for (const server of servers) {
    const registry = hostOf(server) === hostOf(dockerHub) ? 'docker.io' : server;
    const credentials = await findCredentials(config, registry, askHelper).catch(() => undefined);
    if (credentials) found[credentials.serveraddress] = credentials;
  }
  return found;
}

/** The host of a key, which can be a URL with a path: `https://index.docker.io/v1/`, `ghcr.io`. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function fromHelper({ username, secret }: { username: string; secret: string }, server: string): RegistryCredentials {
  if (username === '<token>') return { identitytoken: secret, serveraddress: server };
  return { username, password: secret, serveraddress: server };
}

function fromFile(entry: ConfigAuth, server: string): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  const tokens = { ...(identitytoken ? { identitytoken } : {}), ...(registrytoken ? { registrytoken } : {}) };
  const decoded = auth ? Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '') : undefined;
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded !== undefined && colon >= 0) {
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), ...tokens, serveraddress: server };
  }
  if (username) return { username, password: password ?? '', ...tokens, serveraddress: server };
  return Object.keys(tokens).length > 0 ? { ...tokens, serveraddress: server } : undefined;
}

/** The protocol of docker-credential-helpers: the server on standard input, JSON on standard output. */
async function runHelper(helper: string, server: string): Promise<{ username: string; secret: string } | undefined> {
  const child = spawn(`docker-credential-${helper}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  child.stdin.end(server);
  try {
    const [answer, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (exitCode !== 0) return undefined;
    const { Username, Secret } = JSON.parse(answer) as { Username?: string; Secret?: string };
    return Secret ? { username: Username ?? '', secret: Secret } : undefined;
  } catch {
    return undefined;
  }
}
