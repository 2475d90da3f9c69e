import { RexError } from '../../core/errors.ts';
import type { Loss, RemoteConnection, Reply } from './remote-connection.ts';
import { connectionFailed, replyError } from './remote-rex-client.ts';
import type { Health } from './runtime.ts';

/** A server's health, and whether it refused the token. */
export interface Probe extends Health {
  readonly refused: boolean;
}

/** Asks a server once whether it is alive, on the route that both protocols have. Never throws. */
export async function probe(connection: RemoteConnection, timeoutMs: number, signal?: AbortSignal): Promise<Probe> {
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  return interpret(await connection.attempt({ method: 'GET', path: '/is_alive', signal: either }), connection.address);
}

function interpret(outcome: Reply | Loss, address: string): Probe {
  if (outcome.kind === 'loss') {
    return { isAlive: false, message: connectionFailed(address, outcome.error).message, refused: false };
  }
  if (outcome.status !== 200) {
    const error = replyError(outcome, address);
    return { isAlive: false, message: error.message, refused: RexError.is(error, 'UNAUTHORIZED') };
  }
  try {
    const { is_alive: isAlive, message } = JSON.parse(outcome.body.toString('utf8')) as Record<string, unknown>;
    return { isAlive: isAlive === true, message: typeof message === 'string' ? message : '', refused: false };
  } catch {
    return { isAlive: false, message: `${address} answered something else than its health`, refused: false };
  }
}
