import { join } from 'node:path';
import { invalidArgument, RexError } from '../../../../core/errors.ts';
import type { SshHostOptions } from '../ssh-options.ts';
import { type Destination, isPort, parseDestination } from './destination.ts';
import { expandHome, expandPath } from './expand-path.ts';
import { findSettings, type HostConfig } from './find-settings.ts';
import type { HostSettings, Identity } from './host-settings.ts';
import type { Directive } from './read-config.ts';
import type { Surroundings } from './surroundings.ts';

const defaultConnectTimeoutMs = 20_000;
const defaultKeepaliveIntervalMs = 10_000;
const defaultKeepaliveCountMax = 3;
const defaultIdentityNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'] as const;
const systemKnownHosts = '/etc/ssh/ssh_known_hosts';

/** A host with its settings, and what the configuration says about the way to it. */
export interface ResolvedHost {
  readonly settings: HostSettings;
  /** Destinations of `ProxyJump`, nearest first. */
  readonly proxyJump: readonly string[];
}

/** The settings of a host: options first, then the configuration, then the defaults. @throws INVALID_ARGUMENT, UNSUPPORTED */
export function resolveHost(
  options: SshHostOptions,
  directives: readonly Directive[],
  surroundings: Surroundings,
): ResolvedHost {
  const { home, localUser, env } = surroundings;
  const destination = parseDestination(options.host);
  const name = destination.host;
  const asked = options.user ?? destination.user;
  const config = findSettings(directives, { name, user: asked, localUser });
  const address = config.value('hostname')?.replaceAll('%h', name).replaceAll('%%', '%') ?? name;
  const port = portOf(options, destination, config);
  const user = asked ?? config.value('user') ?? localUser;
  const expand = (path: string): string => expandPath(path, { name, address, port, user }, surroundings);
  const settings: HostSettings = {
    name,
    address,
    port,
    user,
    identities: identitiesOf(options, config, expand, home),
    identitiesOnly: options.identityFiles === undefined && config.value('identitiesonly')?.toLowerCase() === 'yes',
    agent: agentOf(options, config, expand, env),
    passphrase: options.passphrase,
    password: options.password,
    knownHostsFiles: knownHostsOf(options, config, expand, home),
    unknownHost: options.unknownHost ?? policyOf(config),
    hostKeyAlias: config.value('hostkeyalias'),
    hostFingerprints: options.hostFingerprints,
    connectTimeoutMs: options.connectTimeoutMs ?? durationMs(config, 'connecttimeout') ?? defaultConnectTimeoutMs,
    keepaliveIntervalMs:
      options.keepaliveIntervalMs ?? durationMs(config, 'serveraliveinterval') ?? defaultKeepaliveIntervalMs,
    keepaliveCountMax:
      options.keepaliveCountMax ?? countOf(config.value('serveralivecountmax')) ?? defaultKeepaliveCountMax,
  };
  return { settings, proxyJump: jumpsOf(config) };
}

function portOf(options: SshHostOptions, destination: Destination, config: HostConfig): number {
  const port = options.port ?? destination.port ?? Number(config.value('port') ?? 22);
  if (!isPort(port)) throw invalidArgument('port', 'a whole number from 1 to 65535', port);
  return port;
}

function identitiesOf(
  options: SshHostOptions,
  config: HostConfig,
  expand: (path: string) => string,
  home: string,
): Identity[] {
  if (options.identityFiles) {
    return options.identityFiles.map((path) => ({ path: expandHome(path, home), required: true }));
  }
  const named = config.identityFiles.filter((path) => path.toLowerCase() !== 'none');
  if (config.identityFiles.length > 0) return named.map((path) => ({ path: expand(path), required: false }));
  return defaultIdentityNames.map((name) => ({ path: join(home, '.ssh', name), required: false }));
}

function agentOf(
  options: SshHostOptions,
  config: HostConfig,
  expand: (path: string) => string,
  env: Surroundings['env'],
): string | undefined {
  if (options.agent === false) return undefined;
  if (options.agent !== undefined) return options.agent;
  const configured = config.value('identityagent');
  if (configured?.toLowerCase() === 'none') return undefined;
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK || undefined;
  return configured.startsWith('$') && !configured.startsWith('${') ? env[configured.slice(1)] : expand(configured);
}

function knownHostsOf(
  options: SshHostOptions,
  config: HostConfig,
  expand: (path: string) => string,
  home: string,
): string[] {
  if (options.knownHostsFiles) return options.knownHostsFiles.map((path) => expandHome(path, home));
  const own = config.words('userknownhostsfile');
  const system = config.words('globalknownhostsfile');
  const files = [
    ...(own.length > 0 ? own : ['~/.ssh/known_hosts']),
    ...(system.length > 0 ? system : [systemKnownHosts]),
  ];
  return files.filter((path) => path.toLowerCase() !== 'none').map(expand);
}

/** `ask` cannot ask anybody here. */
function policyOf(config: HostConfig): 'refuse' | 'trust' {
  const value = config.value('stricthostkeychecking')?.toLowerCase();
  return value === 'accept-new' || value === 'no' || value === 'off' ? 'trust' : 'refuse';
}

function jumpsOf(config: HostConfig): string[] {
  const command = config.words('proxycommand');
  const jump = config.value('proxyjump');
  if (jump !== undefined) return jump.toLowerCase() === 'none' ? [] : jump.split(',');
  if (command.length === 0 || command[0]?.toLowerCase() === 'none') return [];
  const hint = 'Use `ProxyJump` in the configuration, or the option `jumpHosts`.';
  throw new RexError(
    'UNSUPPORTED',
    'the SSH configuration asks for a ProxyCommand, which is not run',
    {
      feature: 'ProxyCommand',
    },
    { hint },
  );
}

function countOf(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time of OpenSSH, `90` or `1m30s`. */
function durationMs(config: HostConfig, keyword: string): number | undefined {
  const text = config.value(keyword)?.toLowerCase();
  if (text === undefined || text === 'none') return undefined;
  if (!/^(\d+[smhdw]?)+$/.test(text)) throw invalidArgument(keyword, 'a time such as 90 or 1m30s', text);
  let total = 0;
  for (const [, amount, unit = 's'] of text.matchAll(/(\d+)([smhdw])?/g)) {
    total += Number(amount) * (unitsMs[unit] as number);
  }
  return total;
}
