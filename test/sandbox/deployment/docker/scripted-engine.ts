import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An answer of a {@link ScriptedEngine}: JSON, or lines of JSON. */
export interface EngineAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly lines?: readonly unknown[];
}

/** A request that came. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** An engine that answers from a script, over a socket as a real one. */
export interface ScriptedEngine extends AsyncDisposable {
  /** Its address, for `host`. */
  readonly host: string;
  readonly requests: readonly EngineRequest[];
}

/** Starts one; a request without an answer gets 404. Keys are `METHOD /path`, `*` stands for one part of the path. */
export async function scriptEngine(script: Readonly<Record<string, EngineAnswer>>): Promise<ScriptedEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-engine-'));
  const path = join(directory, 'engine.sock');
  const requests: EngineRequest[] = [];
  const all: Readonly<Record<string, EngineAnswer>> = {
    'GET /_ping': { body: 'OK' },
    'GET /containers/json': { body: [] },
    'GET /images/json': { body: [] },
    ...script,
  };
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? '/', 'http://engine');
    const { method = '', headers } = incoming;
    const request = { method, path: url.pathname, query: url.searchParams, headers, body: Buffer.concat(chunks) };
    requests.push(request);
    const answer = Object.entries(all).find(([key]) => matches(key, `${method} ${url.pathname}`))?.[1];
    const { status = answer ? 200 : 404, body = { message: 'page not found' }, lines } = answer ?? {};
    outgoing.writeHead(status, { 'Content-Type': 'application/json' });
    outgoing.end(lines ? lines.map((line) => `${JSON.stringify(line)}\n`).join('') : JSON.stringify(body));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    host: `unix://${path}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}

function matches(key: string, line: string): boolean {
  const source = key.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+');
  return new RegExp(`^${source}$`).test(line);
}
