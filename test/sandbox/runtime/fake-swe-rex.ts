import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A recorded answer of the Python server. */
interface Recorded {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: string };
  readonly response: { readonly status: number; readonly body: string };
}

/** A request as the fake took it. */
export interface TakenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The JSON of the body, or its text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  readonly body: any;
}

/** A stand-in for `swerex-remote` that answers with the bytes that the original sent. */
export interface FakeSweRex extends AsyncDisposable {
  readonly url: string;
  readonly requests: TakenRequest[];
  /** Answers of the next requests for a path, before the recorded ones; `cut` closes the connection. */
  script(path: string, ...answers: readonly (Recorded['response'] | 'cut')[]): void;
}

/** The body of an answer with an exception. */
export function exception(classPath: string, message: string, extra: object = {}): Recorded['response'] {
  const swerexception = {
    message,
    class_path: classPath,
    traceback: 'Traceback (most recent call last)',
    extra_info: extra,
  };
  return { status: 511, body: JSON.stringify({ swerexception }) };
}

/** An answer of `/run_in_session`. */
export function observation(
  output: string,
  exit_code: number | null,
  expect_string = 'SHELLPS1PREFIX',
): Recorded['response'] {
  return {
    status: 200,
    body: JSON.stringify({ output, exit_code, failure_reason: '', expect_string, session_type: 'bash' }),
  };
}

/** Starts the stand-in; like the original it closes every connection and knows no `/rex/v1`. */
export async function startFakeSweRex(token: string): Promise<FakeSweRex> {
  const recorded = await readRecorded();
  const requests: TakenRequest[] = [];
  const scripts = new Map<string, (Recorded['response'] | 'cut')[]>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const path = request.url ?? '';
    const body = request.headers['content-type'] === 'application/json' ? JSON.parse(text) : text;
    requests.push({ path, headers: request.headers, body });
    const chosen = request.headers['x-api-key'] === token ? choose(path, body) : refusal;
    if (chosen === 'cut') {
      request.socket.destroy();
      return;
    }
    const head = { 'content-type': 'application/json', server: 'uvicorn', connection: 'close' };
    response.writeHead(chosen.status, { ...head, 'content-length': Buffer.byteLength(chosen.body) }).end(chosen.body);
  };
  const choose = (path: string, body: { readonly command?: unknown; readonly session?: unknown }) => {
    const scripted = scripts.get(path)?.shift();
    if (scripted !== undefined) return scripted;
    const same = recorded.filter(({ request }) => request.path === path);
    const best = same.find(({ request }) => isAbout(request.body, body)) ?? same[0];
    return best?.response ?? { status: 404, body: '{"detail":"Not Found"}' };
  };
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (path, ...answers) => void scripts.set(path, [...(scripts.get(path) ?? []), ...answers]),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const refusal: Recorded['response'] = { status: 401, body: '{"detail":"Invalid API Key"}' };

async function readRecorded(): Promise<readonly Recorded[]> {
  return JSON.parse(await readFile(new URL('../../fixtures/swe-rex/wire.json', import.meta.url), 'utf8'));
}

/** True when a recorded request is about the same command, session and path. */
function isAbout(recorded: string | undefined, body: object): boolean {
  if (recorded === undefined || !recorded.startsWith('{')) return false;
  const known = JSON.parse(recorded) as Record<string, unknown>;
  return ['command', 'session', 'path', 'action_type'].every((field) => {
    const asked = (body as Record<string, unknown>)[field];
    return known[field] === undefined || JSON.stringify(known[field]) === JSON.stringify(asked);
  });
}
