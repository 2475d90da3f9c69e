import { hostname } from 'node:os';
import { join } from 'node:path';
import { invalidArgument } from '../../../../core/errors.ts';
import type { Surroundings } from './surroundings.ts';

/** What the `%` tokens of a configuration stand for. */
export interface Tokens {
  /** `%n`: the name as it was asked for. */
  readonly name: string;
  /** `%h`: the address. */
  readonly address: string;
  /** `%p` */
  readonly port: number;
  /** `%r`: the user there. */
  readonly user: string;
}

/** Replaces `~`, `%` tokens and `${VARIABLE}` of a path. @throws INVALID_ARGUMENT */
export function expandPath(path: string, tokens: Tokens, surroundings: Surroundings): string {
  const { home, env, localUser } = surroundings;
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    d: home,
    h: tokens.address,
    i: String(process.getuid?.() ?? ''),
    l: hostname(),
    L: hostname().split('.')[0] as string,
    n: tokens.name,
    p: String(tokens.port),
    r: tokens.user,
    u: localUser,
  };
  const replaced = path.replace(/%(.)|\$\{([^}]*)\}/g, (whole, token: string | undefined, variable: string) => {
    const value = token === undefined ? env[variable] : values[token];
    if (value === undefined) throw invalidArgument('configFile', `a path without the unknown ${whole}`, path);
    return value;
  });
  return expandHome(replaced, home);
}

/** Replaces a leading `~`. */
export function expandHome(path: string, home: string): string {
  return /^~(\/|$)/.test(path) ? join(home, path.slice(1)) : path;
}
