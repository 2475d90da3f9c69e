import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import { exceptionEnvelope, exceptionStatus } from '../protocol/exception-transfer.ts';
import { fromPythonException, type PythonCall } from '../protocol/from-python.ts';
import { wireHeaders } from '../protocol/rex-protocol.ts';
import type { Exchange, Loss, RemoteConnection, Reply } from './remote-connection.ts';
import { connectionFailed, protocolError, replyError } from './remote-rex-client.ts';

/** What a SWE-ReX call is about, and whether it only reads. */
export interface SweRexCall extends PythonCall {
  readonly path?: string;
  /** Gives up the wait; the server goes on, for it has no way to stop. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls of SWE-ReX's own routes, one connection each. Its server remembers no answers worth the name, so a call that
 * may have arrived is never sent again: it ends with OUTCOME_UNKNOWN.
 */
export class SweRexClient {
  readonly #connection: RemoteConnection;

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
  }

  /** Sends a JSON body. @throws what the server's exception stands for, OUTCOME_UNKNOWN, CONNECTION_FAILED */
  async post<Value>(route: string, schema: z.ZodType<Value>, call: SweRexCall, body: object): Promise<Value> {
    const headers = { 'content-type': 'application/json', [wireHeaders.requestId]: randomUUID() };
    return await this.#exchange(route, schema, call, { headers, body: JSON.stringify(body) });
  }

  /** Sends a form that is made as it goes. @throws as {@link post} */
  async postForm<Value>(
    route: string,
    schema: z.ZodType<Value>,
    call: SweRexCall,
    form: { readonly type: string; readonly body: AsyncIterable<Uint8Array> },
  ): Promise<Value> {
    return await this.#exchange(route, schema, call, { headers: { 'content-type': form.type }, body: form.body });
  }

  async #exchange<Value>(
    route: string,
    schema: z.ZodType<Value>,
    call: SweRexCall,
    sent: Pick<Exchange, 'headers' | 'body'>,
  ): Promise<Value> {
    call.signal?.throwIfAborted();
    const { retries } = this.#connection.settings;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#connection.attempt({ method: 'POST', path: route, signal: call.signal, ...sent });
      if (outcome.kind === 'reply') return this.#read(outcome, schema, call);
      if (outcome.fromBody === true) throw outcome.error;
      if (outcome.reached) throw outcomeUnknown(call, outcome);
      call.signal?.throwIfAborted();
      if (attempt >= retries) throw connectionFailed(this.#connection.address, outcome.error);
      await this.#connection.pause(attempt, call.signal);
    }
  }

  #read<Value>(reply: Reply, schema: z.ZodType<Value>, call: PythonCall): Value {
    const { address } = this.#connection;
    const body = parseJson(reply.body);
    if (reply.status === exceptionStatus) {
      const envelope = exceptionEnvelope.safeParse(body);
      throw envelope.success ? fromPythonException(envelope.data.swerexception, call) : protocolError(reply, address);
    }
    if (reply.status !== 200) throw replyError(reply, address);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw protocolError(reply, address);
    return parsed.data;
  }
}

function outcomeUnknown(call: SweRexCall, { error }: Loss): RexError<'OUTCOME_UNKNOWN'> {
  const given = call.signal?.aborted === true;
  const reason = given
    ? 'the call was aborted, and the server cannot stop it'
    : `the connection was lost (${error.message})`;
  const hint = 'A SWE-ReX server goes on with a call whose client is gone: look at the state of the target.';
  const context = { operation: call.operation, reason };
  return new RexError('OUTCOME_UNKNOWN', `${call.operation}: ${reason}`, context, { hint, cause: error });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
