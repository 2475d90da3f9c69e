import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { invalidArgument } from '../../../../core/errors.ts';
import type { EngineOptions } from '../docker-options.ts';
import { type Context, readContext } from './context.ts';

/** Certificates for TLS, as the paths of their files. */
export interface TlsFiles {
  readonly certificateAuthority?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Default true: the server's certificate is verified. */
  readonly verify: boolean;
}

/** Where an engine listens. */
export type EngineAddress =
  | { readonly type: 'unix'; readonly url: string; readonly path: string }
  | {
      readonly type: 'tcp';
      readonly url: string;
      readonly host: string;
      readonly port: number;
      readonly tls?: TlsFiles;
    }
  | {
      readonly type: 'ssh';
      readonly url: string;
      /** What is given to `ssh`: options, then the host. */
      readonly destination: readonly string[];
      /** Socket on the far side. Default: the docker CLI's. */
      readonly path?: string;
    };

/** What decides the address, besides the options; replaced in tests. */
export interface AddressSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly exists: (path: string) => boolean;
  readonly context: (env: AddressSources['env'], home: string) => Context | undefined;
}

const systemSources: Omit<AddressSources, 'env'> = { home: homedir(), exists: existsSync, context: readContext };

/**
 * The engine's address as the docker CLI finds it: the option, `DOCKER_HOST`, `DOCKER_CONTEXT` or the current context, the usual
 * sockets. For podman: the option, `CONTAINER_HOST`, `DOCKER_HOST`, the user's socket, the system's.
 * @throws INVALID_ARGUMENT
 */
export function findAddress(options: EngineOptions, sources?: Partial<AddressSources>): EngineAddress {
  const { env, home, exists, context } = { env: process.env, ...systemSources, ...sources };
  const isPodman = options.containerRuntime === 'podman';
  const given = options.host ?? (isPodman ? env.CONTAINER_HOST : undefined) ?? env.DOCKER_HOST;
  if (given !== undefined && given !== '') return parseAddress(given, environmentTls(env, home));
  if (isPodman) {
    const own = join(env.XDG_RUNTIME_DIR ?? '/run/user/0', 'podman/podman.sock');
    return unix(exists(own) ? own : '/run/podman/podman.sock');
  }
  const chosen = context(env, home);
  if (chosen) return parseAddress(chosen.host, chosen.tls);
  const desktop = join(home, '.docker/run/docker.sock');
  return unix(exists('/var/run/docker.sock') || !exists(desktop) ? '/var/run/docker.sock' : desktop);
}

/** An address from its text; without a scheme it is tcp's, as for the docker CLI. @throws INVALID_ARGUMENT */
export function parseAddress(text: string, tls?: TlsFiles): EngineAddress {
  if (/^(\[[0-9a-f:]+\]|[\w.-]+):\d+$/i.test(text)) return parseAddress(`tcp://${text}`, tls);
  const expected = 'unix:///path, tcp://host:port, https://host:port or ssh://user@host';
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (path.startsWith('/')) return unix(path);
    throw invalidArgument('host', expected, text);
  }
  if (!/^(tcp|http|https|ssh):\/\/./.test(text)) throw invalidArgument('host', expected, text);
  let url: URL;
  try {
    url = new URL(text.replace(/^tcp:/, 'http:'));
  } catch {
    throw invalidArgument('host', expected, text);
  }
  if (url.protocol === 'ssh:') return ssh(text, url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = url.protocol === 'https:' || tls !== undefined;
  // A URL leaves out the port that its protocol implies: 80 after http.
  const isWeb = !text.startsWith('tcp:') || /:80(\/|$)/.test(text);
  const implied = isWeb ? (url.protocol === 'https:' ? 443 : 80) : isSecure ? 2376 : 2375;
  const port = url.port === '' ? implied : Number(url.port);
  return { type: 'tcp', url: text, host, port, ...(isSecure ? { tls: tls ?? { verify: true } } : {}) };
}

function unix(path: string): EngineAddress {
  return { type: 'unix', url: `unix://${path}`, path };
}

function ssh(text: string, { username, hostname, port, pathname, password }: URL): EngineAddress {
  if (password !== '')
    throw invalidArgument(
      'host',
      'an ssh address without a password: ssh asks its agent',
      text.replace(password, '***'),
    );
  const destination = [
    ...(username === '' ? [] : ['-l', decodeURIComponent(username)]),
    ...(port === '' ? [] : ['-p', port]),
    '--',
    hostname.replace(/^\[(.*)\]$/, '$1'),
  ];
  return { type: 'ssh', url: text, destination, ...(pathname === '' || pathname === '/' ? {} : { path: pathname }) };
}

/** TLS as `DOCKER_TLS_VERIFY`, `DOCKER_TLS` and `DOCKER_CERT_PATH` ask for it. */
function environmentTls(env: AddressSources['env'], home: string): TlsFiles | undefined {
  const verify = (env.DOCKER_TLS_VERIFY ?? '') !== '';
  if (!verify && (env.DOCKER_TLS ?? '') === '') return undefined;
  const folder = env.DOCKER_CERT_PATH || join(home, '.docker');
  return {
    verify,
    certificateAuthority: join(folder, 'ca.pem'),
    certificate: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
  };
}
