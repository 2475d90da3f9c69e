import { type Handshake, rexRoot, rexVersion } from '../protocol/rex-protocol.ts';
import type { RemoteBackend } from './remote-backend.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { RexBackend } from './remote-rex-backend.ts';
import { connectionFailed, RexClient, replyError } from './remote-rex-client.ts';

/**
 * Asks a server for `/rex/v1` and, where it has no such route, falls back to SWE-ReX's own.
 * @throws CONNECTION_FAILED, UNAUTHORIZED, PROTOCOL_ERROR
 */
export async function chooseBackend(connection: RemoteConnection): Promise<RemoteBackend> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await connection.attempt({ method: 'GET', path: rexRoot });
    if (outcome.kind === 'loss') {
      if (attempt >= connection.settings.retries) throw connectionFailed(connection.address, outcome.error);
      await connection.pause(attempt);
      continue;
    }
    if (outcome.status === 404) {
      const { SweRexBackend } = await import('./remote-swe-rex-backend.ts');
      return new SweRexBackend(connection.settings);
    }
    const handshake = outcome.status === 200 ? parseHandshake(outcome.body) : undefined;
    if (handshake === undefined) throw replyError(outcome, connection.address);
    return new RexBackend(new RexClient(connection, handshake.instance));
  }
}

function parseHandshake(body: Buffer): Handshake | undefined {
  try {
    const handshake = JSON.parse(body.toString('utf8')) as Partial<Handshake>;
    return handshake.protocol === 'hrm-rex' && handshake.version === rexVersion ? (handshake as Handshake) : undefined;
  } catch {
    return undefined;
  }
}
