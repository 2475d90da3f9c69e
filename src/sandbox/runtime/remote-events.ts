import type { IncomingMessage } from 'node:http';
import { rexRoot } from '../protocol/rex-protocol.ts';
import { readLines } from './remote-lines.ts';
import type { RexCall, RexClient } from './remote-rex-client.ts';

/** A stream of lines that can be asked for again; `path` is read at every attempt. */
export interface EventCall extends Omit<RexCall, 'path'> {
  readonly path: () => string;
}

/**
 * Lines from a stream that is asked for again, from where it was, whenever the connection is lost; attempts are counted
 * anew after every line. Ends when the server ends it.
 * @throws CONNECTION_FAILED when the server stays away, and what it answers
 */
export async function* readEvents<Value>(client: RexClient, call: EventCall): AsyncGenerator<Value> {
  for (let failures = 0; ; ) {
    const message = await openStream(client, { ...call, path: call.path() }, failures);
    try {
      for await (const line of readLines<Value>(message)) {
        failures = 0;
        yield line;
      }
      return;
    } catch (error) {
      call.signal?.throwIfAborted();
      if (failures >= client.connection.settings.retries) throw client.failed(error);
      await client.connection.pause(failures++, call.signal);
    }
  }
}

/** Opens a stream, trying as often as the settings say. @throws CONNECTION_FAILED, and what the server answers */
export async function openStream(client: RexClient, call: RexCall, failures = 0): Promise<IncomingMessage> {
  const { connection } = client;
  for (let attempt = failures; ; attempt++) {
    call.signal?.throwIfAborted();
    const opened = await connection.open({ method: 'GET', path: rexRoot + call.path, signal: call.signal });
    if (opened.kind === 'opened') {
      await refuseErrors(client, opened.message);
      return opened.message;
    }
    call.signal?.throwIfAborted();
    if (attempt >= connection.settings.retries) throw client.failed(opened.error);
    await connection.pause(attempt, call.signal);
  }
}

async function refuseErrors(client: RexClient, message: IncomingMessage): Promise<void> {
  const status = message.statusCode ?? 0;
  const pieces: Buffer[] = [];
  if (status < 200 || status >= 300) for await (const piece of message) pieces.push(piece as Buffer);
  const error = client.errorOf({ status, headers: message.headers, body: Buffer.concat(pieces) });
  if (error !== undefined) throw error;
}
