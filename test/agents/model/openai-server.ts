import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatModelBehaviour } from 'hrm-rex/testing';

/** A server that speaks as much of the OpenAI chat completions protocol as a streaming client needs. */
export interface OpenAiServer extends AsyncDisposable {
  readonly url: string;
  /** Bodies of the requests. */
  readonly bodies: Record<string, unknown>[];
  /** Resolves when the connection of a request is closed. */
  readonly ended: Promise<void>;
}

/** What a server does with a request: it answers, says that there were too many, or drops the connection. */
export type ServerTurn = ChatModelBehaviour | 'too-many' | 'reset';

/** Starts a server that treats all requests in one way, or one after another in several; the last one stays. */
export async function openAiServer(behaviour: ServerTurn | readonly ServerTurn[]): Promise<OpenAiServer> {
  const turns = [behaviour].flat() as ServerTurn[];
  const bodies: Record<string, unknown>[] = [];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = createServer(async (request, response) => {
    response.on('close', end);
    bodies.push(JSON.parse(await bodyOf(request)));
    const turn = turns.length > 1 ? turns.shift() : turns[0];
    if (turn === 'reset') request.socket.resetAndDestroy();
    else if (turn === 'too-many') json(response, 429, { error: { message: 'too many requests', type: 'rate' } });
    else answer(turn ?? {}, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    bodies,
    ended,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer({ text = [], toolCalls = [], usage, failure }: ChatModelBehaviour, response: ServerResponse): void {
  if (failure === 'refuses') return void json(response, 401, { error: { message: 'no such key', type: 'auth' } });
  if (failure === 'overloaded') return void json(response, 503, { error: { message: 'too busy', type: 'server' } });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (failure === 'garbage') return void response.end('data: {"choices": [{"delta":\n\ndata: <html>\n\n');
  const send = (choice: object, more: object = {}): void => {
    const chunk = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice], ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  for (const piece of text) send({ index: 0, delta: { role: 'assistant', content: piece }, finish_reason: null });
  for (const [index, { id, name, input }] of toolCalls.entries()) {
    const written = JSON.stringify(input);
    const call = (more: object): object => ({
      index: 0,
      delta: { tool_calls: [{ index, ...more }] },
      finish_reason: null,
    });
    send(call({ id, type: 'function', function: { name, arguments: '' } }));
    for (let at = 0; at < written.length; at += 3) send(call({ function: { arguments: written.slice(at, at + 3) } }));
  }
  if (failure === 'hangs') return;
  if (failure === 'breaks-off') return void setImmediate(() => response.destroy());
  const finish = { index: 0, delta: {}, finish_reason: toolCalls.length > 0 ? 'tool_calls' : 'stop' };
  send(
    finish,
    usage ? { usage: { prompt_tokens: usage.tokensIn, completion_tokens: usage.tokensOut, total_tokens: 0 } } : {},
  );
  response.end('data: [DONE]\n\n');
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
