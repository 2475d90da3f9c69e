import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidArgument } from '../../../../core/errors.ts';
import { configDirectory, readDockerConfig } from '../registry/docker-config.ts';
import type { TlsFiles } from './address.ts';

/** Endpoint of a docker context. */
export interface Context {
  readonly host: string;
  readonly tls?: TlsFiles;
}

/**
 * The endpoint of the context that `DOCKER_CONTEXT` or the docker CLI's configuration names; undefined for the default one.
 * @throws INVALID_ARGUMENT for a context that does not exist
 */
export function readContext(env: Readonly<Record<string, string | undefined>>, home: string): Context | undefined {
  const directory = configDirectory(env, home);
  const name = env.DOCKER_CONTEXT || readDockerConfig(directory).currentContext || 'default';
  if (name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  let endpoint: { readonly Host?: string; readonly SkipTLSVerify?: boolean } | undefined;
  try {
    const text = readFileSync(join(directory, 'contexts/meta', id, 'meta.json'), 'utf8');
    endpoint = (JSON.parse(text) as { Endpoints?: { docker?: typeof endpoint } }).Endpoints?.docker;
  } catch {
    throw invalidArgument('docker context', 'one that `docker context ls` lists', name);
  }
  if (endpoint?.Host === undefined || endpoint.Host === '') return undefined;
  const folder = join(directory, 'contexts/tls', id, 'docker');
  if (!existsSync(folder)) return { host: endpoint.Host };
  const file = (name: string) => (existsSync(join(folder, name)) ? join(folder, name) : undefined);
  const [certificateAuthority, certificate, key] = [file('ca.pem'), file('cert.pem'), file('key.pem')];
  const tls: TlsFiles = {
    verify: endpoint.SkipTLSVerify !== true,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
  return { host: endpoint.Host, tls };
}
