import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidArgument } from '../../../../core/errors.ts';

/** What is used of the docker CLI's `config.json`. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, ConfigAuth>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  readonly currentContext?: string;
}

/** A registry's entry in it. */
export interface ConfigAuth {
  /** `user:password` in base64. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The docker CLI's directory: `DOCKER_CONFIG`, else `~/.docker`. */
export function configDirectory(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return env.DOCKER_CONFIG || join(home, '.docker');
}

/** The configuration in a directory; empty where there is none. @throws INVALID_ARGUMENT for a broken one */
export function readDockerConfig(directory: string): DockerConfig {
  const path = join(directory, 'config.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw invalidArgument(path, 'JSON', (error as Error).message);
  }
}
