import { RexError } from '../../../../core/errors.ts';
import { type HostSettings, urlOf } from '../config/host-settings.ts';

/** The error for a host that cannot be reached, or does not answer. */
export function connectionFailed(
  settings: Pick<HostSettings, 'user' | 'address' | 'port'>,
  reason: string,
  cause?: unknown,
): RexError<'CONNECTION_FAILED'> {
  const url = urlOf(settings);
  const hint = 'Check the address and port, and that an SSH server listens there and can be reached from here.';
  return new RexError('CONNECTION_FAILED', `cannot connect to ${url}: ${reason}`, { url, reason }, { hint, cause });
}

/** The error for a login that the host refuses. */
export function loginRefused(
  settings: HostSettings,
  tried: readonly string[],
  skipped: readonly string[],
  cause?: unknown,
): RexError<'UNAUTHORIZED'> {
  const url = urlOf(settings);
  const ways = tried.length === 0 ? 'there was nothing to log in with' : `tried ${tried.join(', ')}`;
  const left = skipped.length === 0 ? '' : `; left out ${skipped.join(', ')}`;
  const hint = 'Name a key in `identityFiles`, start an agent, or give a `password` that the account there accepts.';
  return new RexError('UNAUTHORIZED', `${url} refused the login: ${ways}${left}`, { url }, { hint, cause });
}

/** The error for something that was under way when the link broke: nobody knows how it ended. */
export function outcomeUnknown(operation: string, reason: string): RexError<'OUTCOME_UNKNOWN'> {
  const hint = 'Look at the host for what it did before you repeat it.';
  const message = `nobody knows how "${operation}" ended: ${reason}`;
  return new RexError('OUTCOME_UNKNOWN', message, { operation, reason }, { hint });
}

/** In words what a connection's error says, for people. */
export function reasonOf(error: unknown): string {
  const { code, message, level } = error as { code?: unknown; message?: string; level?: string };
  if (level === 'client-timeout') return 'it does not answer any more';
  const known = typeof code === 'string' ? networkErrors[code] : undefined;
  return known ?? message ?? String(error);
}

const networkErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  ECONNRESET: 'the link was cut',
  EPIPE: 'the link was cut',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'it does not answer',
};
