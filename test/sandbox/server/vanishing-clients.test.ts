import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Runtime } from '../../../src/sandbox/runtime/runtime.ts';
import { sendJson } from './http-client.ts';
import { type Served, serveLocal, token } from './serving.ts';

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rex-vanish-'));
});

after(() => rm(directory, { recursive: true, force: true }));

/** Sends a request and returns the connection without waiting for an answer. */
function ask(served: Served, path: string, body: object, headers: Readonly<Record<string, string>> = {}): Socket {
  const text = JSON.stringify(body);
  const all = { Host: 'x', 'X-API-Key': token, 'Content-Length': String(Buffer.byteLength(text)), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = createConnection(served.server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${text}`);
  return socket;
}

/** A script that says when it starts, and how it ends. */
function telling(
  name: string,
  seconds: string,
): { readonly script: string; readonly started: string; readonly ended: string } {
  const [started, ended] = [join(directory, `${name}.started`), join(directory, `${name}.ended`)];
  const script = `trap 'echo ended > ${ended}; exit' TERM INT; touch ${started}; sleep ${seconds} & wait $!; echo finished > ${ended}`;
  return { script, started, ended };
}

async function awaitText(runtime: Runtime, path: string): Promise<string> {
  await runtime.execute(`until [ -s ${path} ]; do sleep 0.01; done`, { timeoutMs: 20_000 });
  return await readFile(path, 'utf8');
}

async function awaitStart(runtime: Runtime, path: string): Promise<void> {
  await runtime.execute(`until [ -e ${path} ]; do sleep 0.01; done`, { timeoutMs: 20_000 });
}

test('by default a command outlives its client', async () => {
  await using served = await serveLocal();
  const { script, started, ended } = telling('default', '0.3');
  const socket = ask(served, '/execute', { command: script, shell: true });
  await awaitStart(served.runtime, started);
  socket.destroy();
  assert.equal(await awaitText(served.runtime, ended), 'finished\n');
});

test('when asked to, it cancels the commands of a client that vanished', async () => {
  await using served = await serveLocal({ cancelOnDisconnect: true, disconnectGraceMs: 20 });
  const headers = { 'X-Request-ID': randomUUID() };
  for (const [name, path, body, more] of [
    ['swe-rex', '/execute', (script: string) => ({ command: script, shell: true }), {}],
    ['rex', '/rex/v1/execute', (script: string) => ({ command: script, options: {} }), headers],
  ] as const) {
    const { script, started, ended } = telling(name, '60');
    const socket = ask(served, path, body(script), more);
    await awaitStart(served.runtime, started);
    socket.destroy();
    assert.equal(await awaitText(served.runtime, ended), 'ended\n');
  }
});

test('a session’s command is interrupted, and the session lives on', async () => {
  await using served = await serveLocal({ cancelOnDisconnect: true });
  const client = served.connect();
  await using session = await client.createSession();
  const { started } = telling('session', '0');
  const socket = ask(served, '/run_in_session', { action_type: 'bash', command: `touch ${started}; sleep 60` });
  await awaitStart(served.runtime, started);
  socket.destroy();
  assert.equal((await session.run('echo alive', { timeoutMs: 20_000 })).output, 'alive\n');
});

test('a client that comes back in time finds its command running', async () => {
  await using served = await serveLocal({ cancelOnDisconnect: true, disconnectGraceMs: 20_000 });
  const { script, started } = telling('back', '0.3');
  const headers = { 'X-Request-ID': randomUUID() };
  const body = { command: `${script}; echo result`, shell: true };
  const socket = ask(served, '/execute', body, headers);
  await awaitStart(served.runtime, started);
  socket.destroy();
  const answer = await sendJson(served.server.url, '/execute', body, headers);
  assert.deepEqual(answer.body, { stdout: 'result\n', stderr: '', exit_code: 0 });
});
