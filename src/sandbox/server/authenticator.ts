import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { wireHeaders } from '../protocol/rex-protocol.ts';
import type { ServerOptions } from './server-options.ts';

/** Why a request may not pass. */
export type Refusal = 'missing' | 'wrong' | 'browser';

/** Decides whether a request may pass; undefined lets it. */
export type Authenticator = (headers: IncomingHttpHeaders) => Refusal | undefined;

/** The check that the options ask for. @throws INVALID_ARGUMENT without a token, unless `auth` is false */
export function makeAuthenticator({ token, auth }: Pick<ServerOptions, 'token' | 'auth'>): Authenticator {
  if (auth === false) return refuseBrowsers;
  if (token === undefined || token === '') throw missingToken();
  const expected = digest(token);
  return (headers) => {
    const key = headers[wireHeaders.key];
    if (typeof key !== 'string') return 'missing';
    return timingSafeEqual(digest(key), expected) ? undefined : 'wrong';
  };
}

/** Pages of the web can reach a local port through their reader's browser, which says so in these headers. */
function refuseBrowsers(headers: IncomingHttpHeaders): Refusal | undefined {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined ? 'browser' : undefined;
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function missingToken(): RexError {
  const { message, context } = invalidArgument('token', 'a secret', undefined);
  const hint = 'Pass `token`, or `auth: false` to let in everybody who reaches the port.';
  return new RexError('INVALID_ARGUMENT', message, context, { hint });
}
