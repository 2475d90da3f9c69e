import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { invalidArgument } from '../../../core/errors.ts';

/** Who may come in over HTTP. */
export interface AccessOptions {
  /** A secret, or secrets by the names of their owners; each owner has handles of its own. False: everybody may. */
  readonly token: string | Readonly<Record<string, string>> | false;
  /** Values of the `Host` header beside those of this machine, such as `tools.example.org`. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Values of the `Origin` header, beside those of this machine, that web pages may come from, such as `https://example.org`. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** A request that may not come in. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Decides whether a request may come in, and as whom. */
export type Gatekeeper = (headers: IncomingHttpHeaders) => { readonly owner: string } | Refusal;

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const loopbackOwner = 'local';

/**
 * The checks of every request: `Host` and `Origin`, against web pages that reach a local port through their reader's
 * browser, then the bearer token.
 * @throws INVALID_ARGUMENT for an empty secret
 */
export function makeGatekeeper({ token, allowedHosts = [], allowedOrigins = [] }: AccessOptions): Gatekeeper {
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  const find = ownerFinder(token);
  return (headers) => {
    if (!isKnownHost(headers.host, hosts))
      return { status: 403, message: 'Forbidden: the Host header is not one of this server' };
    if (!isKnownOrigin(headers.origin, origins))
      return { status: 403, message: 'Forbidden: the Origin header is not allowed' };
    const owner = find(headers.authorization);
    if (owner !== undefined) return { owner };
    const challenge = headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
    return {
      status: 401,
      message: 'Unauthorized: a bearer token is needed',
      headers: { 'www-authenticate': challenge },
    };
  };
}

function ownerFinder(token: AccessOptions['token']): (authorization: string | undefined) => string | undefined {
  if (token === false) return () => loopbackOwner;
  const entries = typeof token === 'string' ? [[loopbackOwner, token] as const] : Object.entries(token);
  if (entries.length === 0) throw invalidArgument('token', 'a secret', token);
  const digests = entries.map(([owner, secret]) => {
    if (typeof secret !== 'string' || secret.trim() === '')
      throw invalidArgument(`token of ${owner}`, 'a secret', secret);
    return { owner, digest: digest(secret) };
  });
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const received = digest(given);
    // All are compared, so that the time tells nothing.
    return digests.filter((each) => timingSafeEqual(each.digest, received))[0]?.owner;
  };
}

function isKnownHost(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (host === undefined) return false;
  const lower = host.toLowerCase();
  return allowed.has(lower) || allowed.has(withoutPort(lower)) || loopback.has(withoutPort(lower));
}

/** Programs send no Origin; browsers always do. */
function isKnownOrigin(origin: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (origin === undefined || allowed.has(origin.toLowerCase())) return true;
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1] !== undefined && loopback.has(withoutPort(match[1].toLowerCase()));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
