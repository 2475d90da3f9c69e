import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpProvider, type McpHttpOptions, serveMcpHttp } from '../../../src/gateway/mcp/index.ts';
import { callTool } from './support.ts';

const hello = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

async function start(options: Partial<McpHttpOptions> = {}) {
  const provider = createMcpProvider({ deployments: { local: { type: 'local' } } });
  const server = await serveMcpHttp(provider, { token: { anna: 'secret-a', ben: 'secret-b' }, ...options });
  return {
    server,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await provider.close();
    },
  };
}

async function connect(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** A request with exactly these headers; `fetch` would not let Host be set. */
function send(
  url: string,
  headers: Record<string, string>,
  body: unknown = hello,
): Promise<{ status: number; text: string; session: string }> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
    const asked = request(url, { method: 'POST', headers: all }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, session: String(response.headers['mcp-session-id'] ?? '') }),
      );
    });
    asked.on('error', reject);
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const anna = { authorization: 'Bearer secret-a' };

test('only those with a token come in, and no web page', async () => {
  await using place = await start({ allowedHosts: ['tools.example.org'], allowedOrigins: ['https://app.example.org'] });
  const { url } = place.server;
  const cases: [Record<string, string>, number][] = [
    [{}, 401],
    [{ authorization: 'Bearer wrong' }, 401],
    [{ authorization: 'Basic secret-a' }, 401],
    [{ authorization: 'Bearer secret-a ' }, 200],
    [anna, 200],
    [{ ...anna, host: 'evil.example.com' }, 403],
    [{ ...anna, host: 'localhost.evil.example.com' }, 403],
    [{ ...anna, host: 'tools.example.org' }, 200],
    [{ ...anna, host: 'localhost:9' }, 200],
    [{ ...anna, origin: 'https://evil.example.com' }, 403],
    [{ ...anna, origin: 'null' }, 403],
    [{ ...anna, origin: 'http://localhost:3000' }, 200],
    [{ ...anna, origin: 'https://app.example.org' }, 200],
  ];
  for (const [headers, status] of cases)
    assert.equal((await send(url, headers)).status, status, JSON.stringify(headers));
  assert.equal((await send(url.replace('/mcp', '/other'), anna)).status, 404);
});

test('a secret is needed to serve', async () => {
  const provider = createMcpProvider({ preset: false });
  for (const token of ['', ' ', {}, { anna: '' }]) {
    await assert.rejects(serveMcpHttp(provider, { token }), { code: 'INVALID_ARGUMENT' });
  }
});

test("a session and its handles are worth nothing to another owner's token", async () => {
  await using place = await start();
  const { url } = place.server;
  const [a, b, second] = [
    await connect(url, 'secret-a'),
    await connect(url, 'secret-b'),
    await connect(url, 'secret-a'),
  ];
  const { value } = await callTool(a, 'exec', { command: 'echo mine' });
  assert.equal((await callTool(second, 'job_read', { job: value.job })).value.text, 'mine\n');
  assert.match((await callTool(b, 'job_read', { job: value.job })).text, /HANDLE_UNKNOWN/);
  const { session } = await send(url, anna);
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  const version = { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session };
  assert.equal((await send(url, { ...anna, ...version }, list)).status, 200);
  assert.equal((await send(url, { authorization: 'Bearer secret-b', ...version }, list)).status, 404);
  assert.equal((await send(url, { ...anna, ...version, 'mcp-session-id': 'none' }, list)).status, 404);
  await Promise.all([a, b, second].map((client) => client.close()));
});

test('a body that is too large is refused, and the session lives on', async () => {
  await using place = await start({ maxBodyBytes: 10_000 });
  const { url } = place.server;
  const client = await connect(url, 'secret-a');
  await assert.rejects(callTool(client, 'exec', { command: 'x'.repeat(20_000) }), /413|too large/i);
  assert.equal((await callTool(client, 'exec', { command: 'echo ok' })).value.stdout, 'ok\n');
  assert.equal((await send(url, anna, '{"broken')).status, 400);
  await client.close();
});

test('sessions are limited, and what is no beginning of one leaves none', async () => {
  await using place = await start({ maxSessions: 1 });
  const { url } = place.server;
  assert.equal((await send(url, anna, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status, 400);
  const client = await connect(url, 'secret-a');
  assert.equal((await send(url, anna)).status, 503);
  await (client.transport as StreamableHTTPClientTransport).terminateSession();
  assert.equal((await send(url, anna)).status, 200);
  await client.close();
});

test('many clients at once get their own answers', async () => {
  await using place = await start();
  const clients = await Promise.all(Array.from({ length: 5 }, () => connect(place.server.url, 'secret-a')));
  const calls = clients.flatMap((client, index) =>
    Array.from({ length: 5 }, async (_, number) => {
      const text = `client ${index} call ${number}`;
      assert.equal((await callTool(client, 'exec', { command: `echo ${text}` })).value.stdout, `${text}\n`);
    }),
  );
  await Promise.all(calls);
  await Promise.all(clients.map((client) => client.close()));
});

test('a client that lost its stream gets what it missed', async () => {
  await using place = await start();
  const { url } = place.server;
  const { session, text } = await send(url, anna);
  const lastId = /^id: (.+)$/m.exec(text)?.[1] as string;
  const headers = {
    ...anna,
    'mcp-session-id': session,
    'mcp-protocol-version': '2025-11-25',
    accept: 'text/event-stream',
    'last-event-id': lastId,
  };
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let received = '';
  while (!received.includes('"serverInfo"')) received += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});
