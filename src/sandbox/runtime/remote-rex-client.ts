import { randomUUID } from 'node:crypto';
import { RexError } from '../../core/errors.ts';
import { decodeError, rexRoot, wireHeaders } from '../protocol/rex-protocol.ts';
import type { Exchange, Loss, RemoteConnection, Reply } from './remote-connection.ts';

/** A call under `/rex/v1`. */
export interface RexCall {
  /** Path below the root, with its query. */
  readonly path: string;
  /** Name of the operation, for errors. */
  readonly operation: string;
  /** Aborting cancels the call at the server, whose answer then says how far it came. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes to send. A stream can be sent only once, so a lost connection ends its call; one that can be made anew is. */
export type RexBody = string | Uint8Array | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);

/** How long a cancelled call may take to answer. */
const cancelWaitMs = 10_000;

/**
 * Calls under `/rex/v1`. Every POST has an id, so a repeat after a lost connection joins or repeats the first run and
 * never runs twice; where the server cannot know, the call ends with OUTCOME_UNKNOWN.
 */
export class RexClient {
  readonly connection: RemoteConnection;
  readonly #pending = new Set<string>();
  #instance: string;

  constructor(connection: RemoteConnection, instance: string) {
    this.connection = connection;
    this.#instance = instance;
  }

  /** Asks, as often as it takes. @throws CONNECTION_FAILED, and what the server answers */
  async get<Value>(call: RexCall): Promise<Value> {
    return this.#read(await this.#ask(call));
  }

  /** Bytes, as often as it takes. @throws as {@link get} */
  async bytes(call: RexCall): Promise<Buffer> {
    const reply = await this.#ask(call);
    const error = this.errorOf(reply);
    if (error !== undefined) throw error;
    return reply.body;
  }

  /** Does something once, with a JSON body. @throws OUTCOME_UNKNOWN, CONNECTION_FAILED, and what the server answers */
  async post<Value>(call: RexCall, body: unknown): Promise<Value> {
    return await this.#act(call, JSON.stringify(body), 'application/json');
  }

  /** Does something once, with bytes. @throws as {@link post}, and what a stream itself throws */
  async send<Value>(call: RexCall, body?: RexBody): Promise<Value> {
    return await this.#act(call, body, 'application/octet-stream');
  }

  /** Cancels the calls that are under way; each still brings its own answer. */
  async cancelAll(): Promise<void> {
    await Promise.all([...this.#pending].map((id) => this.#cancel(id)));
  }

  /** The error of a call that found no server. */
  failed(error: unknown): RexError<'CONNECTION_FAILED'> {
    return connectionFailed(this.connection.address, error);
  }

  /** The error that an answer carries, or undefined for a good one. */
  errorOf(reply: Pick<Reply, 'status' | 'body' | 'headers'>): RexError | undefined {
    const instance = reply.headers[wireHeaders.instance];
    if (typeof instance === 'string') this.#instance = instance;
    return reply.status >= 200 && reply.status < 300 ? undefined : replyError(reply, this.connection.address);
  }

  async #ask(call: RexCall): Promise<Reply> {
    call.signal?.throwIfAborted();
    const exchange: Exchange = { method: 'GET', path: rexRoot + call.path, signal: call.signal };
    const { retries } = this.connection.settings;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.connection.attempt(exchange);
      if (outcome.kind === 'reply') return outcome;
      call.signal?.throwIfAborted();
      if (attempt >= retries) throw this.failed(outcome.error);
      await this.connection.pause(attempt, call.signal);
    }
  }

  async #act<Value>(call: RexCall, body: RexBody | undefined, type: string): Promise<Value> {
    call.signal?.throwIfAborted();
    const id = randomUUID();
    const abandon = new AbortController();
    const cancel = this.#cancelOnAbort(call.signal, id, abandon);
    this.#pending.add(id);
    try {
      return this.#read(await this.#deliver(call, id, { body, type, signal: abandon.signal }));
    } finally {
      this.#pending.delete(id);
      cancel[Symbol.dispose]();
    }
  }

  async #deliver(
    call: RexCall,
    id: string,
    sent: { readonly body: RexBody | undefined; readonly type: string; readonly signal: AbortSignal },
  ): Promise<Reply> {
    const { retries } = this.connection.settings;
    const first = this.#instance;
    const { type, signal } = sent;
    const once = typeof sent.body === 'object' && !(sent.body instanceof Uint8Array);
    let reached = false;
    for (let attempt = 0; ; attempt++) {
      const repeat = reached ? { [wireHeaders.instance]: first } : {};
      const headers = { 'content-type': type, [wireHeaders.requestId]: id, ...repeat };
      const body = typeof sent.body === 'function' ? sent.body() : sent.body;
      const path = rexRoot + call.path;
      const outcome = await this.connection.attempt({ method: 'POST', path, headers, body, signal });
      if (outcome.kind === 'reply') return outcome;
      if (outcome.fromBody === true) throw outcome.error;
      reached ||= outcome.reached;
      if (attempt >= retries || once || signal.aborted)
        throw reached ? unknown(call, outcome) : this.failed(outcome.error);
      await this.connection.pause(attempt, signal);
    }
  }

  /** Tells the server to cancel; its answer to the call itself still counts, unless it does not come. */
  #cancelOnAbort(signal: AbortSignal | undefined, id: string, abandon: AbortController): Disposable {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      timer = setTimeout(() => abandon.abort(signal?.reason), cancelWaitMs);
      void this.#cancel(id);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    return {
      [Symbol.dispose]() {
        signal?.removeEventListener('abort', onAbort);
        clearTimeout(timer);
      },
    };
  }

  /** Never throws: a call that cannot be cancelled ends in its own way. */
  async #cancel(id: string): Promise<void> {
    const signal = AbortSignal.timeout(cancelWaitMs);
    await this.connection.attempt({ method: 'POST', path: `${rexRoot}/requests/${id}/cancel`, signal });
  }

  #read<Value>(reply: Reply): Value {
    const error = this.errorOf(reply);
    if (error !== undefined) throw error;
    const value = parseJson(reply.body);
    if (value === undefined) throw protocolError(reply, this.connection.address);
    return value as Value;
  }
}

/** The error of an answer whose status is not good. */
export function replyError(reply: Pick<Reply, 'status' | 'body'>, url: string): RexError {
  const error = decodeError(parseJson(reply.body));
  if (error !== undefined) return error;
  if (reply.status !== 401 && reply.status !== 403) return protocolError(reply, url);
  const hint = 'Check the token: it is the one that the server was started with.';
  return new RexError('UNAUTHORIZED', `${url} refused the token`, { url }, { hint });
}

/** The error of an answer that is none of the protocol's. */
export function protocolError(
  { status, body }: Pick<Reply, 'status' | 'body'>,
  url: string,
): RexError<'PROTOCOL_ERROR'> {
  const text = body.toString('utf8', 0, 2_000);
  return new RexError('PROTOCOL_ERROR', `${url} answered ${status}: ${text.slice(0, 200)}`, {
    url,
    status,
    body: text,
  });
}

/** The error of a server that cannot be reached. */
export function connectionFailed(url: string, error: unknown): RexError<'CONNECTION_FAILED'> {
  const reason = reasonOf(error);
  const hint = 'Check the address, and that the server runs.';
  return new RexError('CONNECTION_FAILED', `no answer from ${url}: ${reason}`, { url, reason }, { hint, cause: error });
}

/** True for the error of a server that is no longer there: what it ran ended with it, so there is nothing to close. */
export function isServerGone(error: unknown): boolean {
  if (!RexError.is(error, 'CONNECTION_FAILED')) return false;
  return (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
}

function unknown({ operation }: RexCall, { error }: Loss): RexError<'OUTCOME_UNKNOWN'> {
  const reason = `the connection was lost (${reasonOf(error)})`;
  const hint = 'It may have happened: look at the state of the target before you try again.';
  const context = { operation, reason };
  return new RexError('OUTCOME_UNKNOWN', `${operation}: ${reason}`, context, { hint, cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
