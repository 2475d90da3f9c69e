import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RexError } from '../../core/errors.ts';
import { rexRoot, wireHeaders } from '../protocol/rex-protocol.ts';
import type { Authenticator } from './authenticator.ts';
import { errorAnswer, noRouteAnswer, refusalAnswer } from './http/answers.ts';
import { readBody, streamBody } from './http/request-body.ts';
import { type ActRoute, type Answer, type Call, type ReadRoute, type Route, Router } from './http/route.ts';
import { sendAnswer } from './http/send-answer.ts';
import { PendingCall } from './pending-call.ts';
import { type Outcome, outcomeGone, type RequestLedger } from './request-ledger.ts';
import type { ServerMetrics } from './server-metrics.ts';
import type { ServerLimits, UnexpectedFailure } from './server-options.ts';

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticator;
  readonly ledger: RequestLedger;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  /** This start of the server; see {@link wireHeaders}. */
  readonly instance: string;
  readonly onError: ((failure: UnexpectedFailure) => void) | undefined;
}

/** A request with its target taken apart. */
interface Target {
  readonly path: string;
  readonly search: string;
  readonly id: string | undefined;
}

/** Takes requests through key, route, body and ledger to their handler, and the answer back. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #router: Router;
  readonly #calls = new Set<PendingCall<unknown>>();
  readonly #exchanges = new Set<Promise<void>>();
  #stopping = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#router = new Router(parts.routes);
  }

  /** Serves one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = this.#exchange(request, response).catch(() => void response.destroy());
    this.#exchanges.add(exchange);
    await exchange;
    this.#exchanges.delete(exchange);
  }

  /** Refuses new requests and cancels those in flight; resolves when all are answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const call of this.#calls) call.cancel();
    await Promise.allSettled(this.#exchanges);
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', search = ''] = splitTarget(request.url ?? '/');
    const id = request.headers[wireHeaders.requestId];
    const target: Target = { path, search, id: typeof id === 'string' && id !== '' ? id : undefined };
    response.on('error', () => {});
    const done = this.#parts.metrics.begin();
    const { route, answer } = await this.#answer(request, response, target);
    await sendAnswer(response, answer);
    if (!request.complete) endSoon(request);
    done(route?.path ?? 'none', answer.status);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
  ): Promise<{ readonly route?: Route; readonly answer: Answer }> {
    const dialect = target.path === rexRoot || target.path.startsWith(`${rexRoot}/`) ? 'rex' : 'swe-rex';
    const refusal = this.#parts.authenticate(request.headers);
    if (refusal !== undefined) return { answer: refusalAnswer(refusal, dialect, target.path) };
    if (dialect === 'rex') response.setHeader(wireHeaders.instance, this.#parts.instance);
    const match = this.#router.find(request.method ?? 'GET', target.path);
    if (!('route' in match)) return { answer: noRouteAnswer(match.allowed) };
    const { route, parameters } = match;
    try {
      if (this.#stopping) throw stopping(target.path);
      const query = new URLSearchParams(target.search);
      const base = { parameters, query, headers: request.headers };
      if (route.method === 'GET') return { route, answer: await this.#look(route, base, response) };
      return { route, answer: await this.#act(route, base, request, response, target) };
    } catch (error) {
      this.#report(error, request, target);
      return { route, answer: errorAnswer(error, route.dialect) };
    }
  }

  async #look(route: ReadRoute, base: CallBase, response: ServerResponse): Promise<Answer> {
    const call = new PendingCall((signal) => route.handle({ ...base, content: empty, body: nothing(), signal }));
    this.#calls.add(call);
    response.once('close', () => {
      this.#calls.delete(call);
      call.cancel();
    });
    return await call.result;
  }

  async #act(
    route: ActRoute,
    base: CallBase,
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
  ): Promise<Answer> {
    const { limits, ledger, instance } = this.#parts;
    const { maxBodyBytes, maxUploadBytes, bodyTimeoutMs: pauseMs } = limits;
    const wholeLimits = { limit: 'maxBodyBytes', maxBytes: maxBodyBytes, pauseMs } as const;
    const content = route.input === 'whole' ? await readBody(request, wholeLimits) : empty;
    const work = async (signal: AbortSignal): Promise<Outcome> => {
      const streamLimits = { limit: 'maxUploadBytes', maxBytes: maxUploadBytes, pauseMs } as const;
      const body = route.input === 'stream' ? streamBody(request, streamLimits) : nothing();
      return await this.#perform(route, { ...base, content, body, signal }, request, target);
    };
    const earlier = request.headers[wireHeaders.instance];
    const restarted = target.id !== undefined && earlier !== undefined && earlier !== instance;
    if (restarted && !ledger.knows(target.id)) throw outcomeGone();
    const call =
      target.id === undefined ? new PendingCall(work) : ledger.open(target.id, fingerprint(target, content), work);
    this.#track(call, response, target.id === undefined ? 0 : limits.disconnectGraceMs);
    return (await call.result).answer;
  }

  async #perform(route: ActRoute, call: Call, request: IncomingMessage, target: Target): Promise<Outcome> {
    try {
      return { answer: await route.handle(call), keep: true };
    } catch (error) {
      this.#report(error, request, target);
      const untouched = RexError.is(error, 'CONNECTION_FAILED') || this.#stopping;
      return { answer: errorAnswer(error, route.dialect), keep: !untouched };
    }
  }

  #track(call: PendingCall<unknown>, response: ServerResponse, graceMs: number): void {
    this.#calls.add(call);
    const forget = () => this.#calls.delete(call);
    void call.result.then(forget, forget);
    const leave = call.join();
    response.once('close', () => {
      leave();
      if (this.#parts.limits.cancelOnDisconnect) call.cancelUnlessJoined(graceMs);
    });
  }

  #report(error: unknown, request: IncomingMessage, { path, id }: Target): void {
    if (!RexError.is(error)) this.#parts.onError?.({ error, method: request.method ?? '', path, requestId: id });
  }
}

/** How long the rest of a body that nobody wants is read. */
const lingerMs = 2_000;

type CallBase = Pick<Call, 'parameters' | 'query' | 'headers'>;

function splitTarget(url: string): readonly [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

const empty = Buffer.alloc(0);

function fingerprint({ path, search }: Target, content: Buffer): string {
  return `${path}?${search} ${createHash('sha1').update(content).digest('base64')}`;
}

function stopping(operation: string): RexError<'RUNTIME_CLOSED'> {
  return new RexError('RUNTIME_CLOSED', 'The server is stopping', { operation }, { hint: 'Connect to another one.' });
}

/** Reads on for a while, so that a client that is still sending gets its answer, then closes the connection. */
function endSoon(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), lingerMs).unref();
  request
    .once('close', () => clearTimeout(timer))
    .on('error', () => {})
    .resume();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
