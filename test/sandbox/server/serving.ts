import { LocalRuntime, type LocalRuntimeOptions } from '../../../src/sandbox/runtime/local-runtime.ts';
import type { RemoteRuntimeOptions } from '../../../src/sandbox/runtime/remote-options.ts';
import { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { type RunningServer, serve } from '../../../src/sandbox/server/serve.ts';
import type { ServerOptions } from '../../../src/sandbox/server/server-options.ts';

/** A local runtime behind a server, gone with its block. */
export interface Served extends AsyncDisposable {
  readonly runtime: LocalRuntime;
  readonly server: RunningServer;
  /** A client of the server, closed with it. */
  connect(options?: RemoteRuntimeOptions): RemoteRuntime;
}

/** The secret of the servers of these tests. */
export const token = 'a secret';

/** Serves a local runtime to clients of this process. */
export async function serveLocal(
  options: Partial<ServerOptions> = {},
  local: LocalRuntimeOptions = {},
): Promise<Served> {
  const runtime = new LocalRuntime(local);
  const server = await serve(runtime, { token, ...options });
  const clients: RemoteRuntime[] = [];
  return {
    runtime,
    server,
    connect(remote = {}) {
      const client = new RemoteRuntime({ url: server.url, token, ...remote });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map((client) => client.close()));
      await server.stop();
      await runtime.close();
    },
  };
}
