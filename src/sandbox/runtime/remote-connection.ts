import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { wireHeaders } from '../protocol/rex-protocol.ts';
import type { RemoteSettings } from './remote-options.ts';

/** One request. */
export interface Exchange {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Gives up the exchange at once; it ends as lost. */
  readonly signal?: AbortSignal | undefined;
}

/** The server's answer. */
export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An exchange that ended without an answer. */
export interface Loss {
  readonly kind: 'loss';
  /** Whether any of the request may have reached the server. */
  readonly reached: boolean;
  readonly error: Error;
  /** True when the body's own source failed. */
  readonly fromBody?: boolean;
}

/** A reply whose body is still coming. */
export interface Opened {
  readonly kind: 'opened';
  readonly message: IncomingMessage;
}

const probeIdleMs = 15_000;

/** HTTP to one server: connections that stay open, no limit on how long an answer takes. */
export class RemoteConnection {
  readonly settings: RemoteSettings;
  readonly #agent: Agent;
  readonly #request: typeof requestHttp;

  constructor(settings: RemoteSettings, options: { readonly keepAlive: boolean } = { keepAlive: true }) {
    this.settings = settings;
    const secure = settings.url.protocol === 'https:';
    const authority = settings.certificateAuthority;
    const ca =
      authority === undefined ? {} : { ca: typeof authority === 'string' ? authority : Buffer.from(authority) };
    this.#agent = secure ? new TlsAgent({ ...options, ...ca }) : new Agent(options);
    this.#request = secure ? requestHttps : requestHttp;
  }

  /** The address without its path, for messages. */
  get address(): string {
    return this.settings.url.origin;
  }

  /** One attempt; an answer of any status is a reply. Never throws. */
  async attempt(exchange: Exchange): Promise<Reply | Loss> {
    const opened = await this.open(exchange);
    if (opened.kind === 'loss') return opened;
    const { message } = opened;
    try {
      const pieces: Buffer[] = [];
      for await (const piece of message) pieces.push(piece as Buffer);
      const body = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      return { kind: 'reply', status: message.statusCode ?? 0, headers: message.headers, body };
    } catch (error) {
      return { kind: 'loss', reached: true, error: error as Error };
    }
  }

  /** One attempt, up to the answer's head. Never throws. */
  open(exchange: Exchange): Promise<Opened | Loss> {
    return new Promise((resolve) => {
      const { body, signal } = exchange;
      let reached = false;
      const lose = (error: Error) => resolve({ kind: 'loss', reached, error });
      if (signal?.aborted) return lose(toError(signal.reason));
      const request = this.#start(exchange);
      const onAbort = () => request.destroy(toError(signal?.reason));
      signal?.addEventListener('abort', onAbort, { once: true });
      request.once('close', () => signal?.removeEventListener('abort', onAbort));
      request.once('response', (message) => resolve({ kind: 'opened', message }));
      request.on('error', lose);
      request.once('socket', (socket) =>
        this.#watchConnect(request, socket, () => {
          reached = true;
        }),
      );
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body);
      else {
        void pump(request, body).catch((error) => {
          resolve({ kind: 'loss', reached, error: toError(error), fromBody: true });
          request.destroy(toError(error));
        });
      }
    });
  }

  /** The pause before a repeat: none before the first, then doubling. */
  async pause(attempt: number, signal?: AbortSignal): Promise<void> {
    if (attempt === 0) return;
    await delay(this.settings.retryDelayMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {}).catch(() => {});
  }

  /** Closes the connections that are open. */
  close(): void {
    this.#agent.destroy();
  }

  #start({ method, path, headers = {}, body }: Exchange): ClientRequest {
    const { url, token } = this.settings;
    const length =
      typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : undefined;
    return this.#request({
      agent: this.#agent,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method,
      path: url.pathname.replace(/\/$/, '') + path,
      headers: {
        ...headers,
        ...(token === undefined || token === '' ? {} : { [wireHeaders.key]: token }),
        ...(method === 'POST' && (body === undefined || length !== undefined) ? { 'content-length': length ?? 0 } : {}),
      },
    });
  }

  #watchConnect(request: ClientRequest, socket: Socket, onConnected: () => void): void {
    socket.setKeepAlive(true, probeIdleMs);
    if (!socket.connecting) {
      onConnected();
      return;
    }
    const { connectTimeoutMs } = this.settings;
    const late = () => request.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
    const timer = setTimeout(late, connectTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once(socket instanceof Object && 'encrypted' in socket ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      onConnected();
    });
  }
}

async function pump(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of body) {
    if (request.destroyed) return;
    if (!request.write(piece)) await writable(request);
  }
  request.end();
}

function writable(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off('drain', done).off('close', done);
      resolve();
    };
    if (request.destroyed) resolve();
    else request.on('drain', done).on('close', done);
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
