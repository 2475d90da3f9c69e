import { join } from 'node:path';
import { invalidArgument } from '../../../../core/errors.ts';
import type { SshDeploymentOptions, SshHostOptions } from '../ssh-options.ts';
import { expandHome } from './expand-path.ts';
import type { HostSettings } from './host-settings.ts';
import { type Directive, readConfig } from './read-config.ts';
import { resolveHost } from './resolve-host.ts';
import { currentSurroundings, type Surroundings } from './surroundings.ts';

/** The hosts to pass, nearest first; the last one is the target. */
export type Route = readonly [...jumps: HostSettings[], target: HostSettings];

const maximumHops = 16;

/** Reads the configuration and finds the way to the target. @throws INVALID_ARGUMENT, UNSUPPORTED */
export async function resolveRoute(
  options: SshDeploymentOptions,
  surroundings: Surroundings = currentSurroundings(),
): Promise<Route> {
  const directives = await directivesOf(options, surroundings);
  const { settings, proxyJump } = resolveHost(options, directives, surroundings);
  const jumps = options.jumpHosts ?? proxyJump;
  return [...jumpsTo(jumps, options, directives, surroundings, 0), settings];
}

/** The first jump host may have its own way; each further one is reached through the one before it. */
function jumpsTo(
  jumps: readonly (string | SshHostOptions)[],
  options: SshDeploymentOptions,
  directives: readonly Directive[],
  surroundings: Surroundings,
  depth: number,
): HostSettings[] {
  if (depth > maximumHops) throw invalidArgument('ProxyJump', 'hosts that do not lead to each other', jumps);
  const found: HostSettings[] = [];
  for (const [index, jump] of jumps.entries()) {
    const { settings, proxyJump } = resolveHost(withTrust(jump, options), directives, surroundings);
    if (index === 0) found.push(...jumpsTo(proxyJump, options, directives, surroundings, depth + 1));
    found.push(settings);
  }
  return found;
}

/** What a jump host does not say itself about trust it takes from the target; keys and passwords it never does. */
function withTrust(jump: string | SshHostOptions, options: SshDeploymentOptions): SshHostOptions {
  const { knownHostsFiles, unknownHost, agent, connectTimeoutMs, keepaliveIntervalMs, keepaliveCountMax } = options;
  const shared = { knownHostsFiles, unknownHost, agent, connectTimeoutMs, keepaliveIntervalMs, keepaliveCountMax };
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined));
  return { ...given, ...(typeof jump === 'string' ? { host: jump } : jump) };
}

async function directivesOf(
  { configFile }: SshDeploymentOptions,
  { home }: Surroundings,
): Promise<readonly Directive[]> {
  if (configFile === false) return [];
  const optional = configFile === undefined;
  const path = optional ? join(home, '.ssh', 'config') : expandHome(configFile, home);
  return await readConfig(path, { home, optional });
}
