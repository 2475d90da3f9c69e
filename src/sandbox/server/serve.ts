import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { invalidArgument } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { makeAuthenticator } from './authenticator.ts';
import { Dispatcher } from './dispatcher.ts';
import { OutputDesk } from './output-desk.ts';
import { ProcessDesk } from './process-desk.ts';
import { RequestLedger } from './request-ledger.ts';
import { rexRoutes } from './rex/routes.ts';
import type { ServerContext } from './server-context.ts';
import { ServerMetrics } from './server-metrics.ts';
import { resolveLimits, type ServerOptions } from './server-options.ts';
import { SessionDesk } from './session-desk.ts';
import { sweRexRoutes } from './swe-rex/routes.ts';

/** A server that listens. Disposing it stops it. */
export interface RunningServer extends AsyncDisposable {
  /** Where it listens, for example `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /**
   * Refuses new requests, cancels those in flight, ends the sessions and processes that clients started, and closes
   * all connections; idempotent. The runtime stays open for its owner.
   */
  stop(): Promise<void>;
}

/**
 * Serves a runtime over HTTP: every SWE-ReX route for Python clients and, under `/rex/v1`, everything else for
 * `RemoteRuntime`. Resolves when it listens.
 * @throws INVALID_ARGUMENT without a token, unless `auth` is false; the system's error when the address is taken
 */
export async function serve(runtime: Runtime, options: ServerOptions): Promise<RunningServer> {
  const authenticate = makeAuthenticator(options);
  const limits = resolveLimits(options);
  const context: ServerContext = {
    runtime,
    limits,
    sessions: new SessionDesk(runtime, limits),
    processes: new ProcessDesk(runtime, limits),
    outputs: new OutputDesk(limits),
    ledger: new RequestLedger(limits),
    metrics: new ServerMetrics(),
    instance: randomId(),
  };
  const routes = [...sweRexRoutes(context), ...rexRoutes(context)];
  const dispatcher = new Dispatcher({ ...context, routes, authenticate, onError: options.onError });
  const server = options.tls
    ? createTlsServer({ cert: toPem(options.tls.certificate), key: toPem(options.tls.key) })
    : createServer();
  // Bodies have their own limit of pauses; a long upload is no slow request.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  server.on('request', (request, response) => void dispatcher.handle(request, response));
  const { address, port } = await listen(server, options);
  const name = address.includes(':') ? `[${address}]` : address;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopServer(server, dispatcher, context);
    return stopping;
  };
  return {
    url: `${options.tls ? 'https' : 'http'}://${name}:${port}`,
    host: address,
    port,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function listen(server: Server, { host = '127.0.0.1', port = 0 }: ServerOptions): Promise<AddressInfo> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalidArgument('port', 'a port number', port);
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

async function stopServer(server: Server, dispatcher: Dispatcher, context: ServerContext): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const answered = dispatcher.stop();
  const endAll = () => Promise.allSettled([context.sessions.closeAll(), context.processes.closeAll()]);
  await endAll();
  await settlesWithin(answered, context.limits.stopGraceMs);
  // A start that was under way has ended by now, one way or the other.
  await endAll();
  context.outputs.closeAll();
  server.closeAllConnections();
  context.ledger.clear();
  await closed;
}

function toPem(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}
