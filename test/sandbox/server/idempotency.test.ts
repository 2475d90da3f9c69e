import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { send, sendJson } from './http-client.ts';
import { type Served, serveLocal } from './serving.ts';

let served: Served;
let directory: string;

before(async () => {
  served = await serveLocal();
  directory = await mkdtemp(join(tmpdir(), 'rex-once-'));
});

after(async () => {
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** A command that leaves a line for each time it runs. */
function counting(file: string, then = ''): object {
  return { command: `echo ran >> ${join(directory, file)}; ${then}`, shell: true, check: true };
}

async function runs(file: string): Promise<number> {
  return (await readFile(join(directory, file), 'utf8')).split('\n').length - 1;
}

test('repeats in flight run once and get the same answer', async () => {
  const headers = { 'x-request-id': randomUUID() };
  const body = counting('flight', 'sleep 0.2; echo done');
  const answers = await Promise.all([1, 2, 3].map(() => send(served.server.url, '/execute', { body, headers })));
  assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
  assert.equal(await runs('flight'), 1);
});

test('repeats after the end run once, other requests in between or not', async () => {
  const headers = { 'x-request-id': randomUUID() };
  const body = counting('end', 'echo done');
  const first = await send(served.server.url, '/execute', { body, headers });
  await send(served.server.url, '/execute', { body: { command: ['true'] }, headers: { 'x-request-id': randomUUID() } });
  const second = await send(served.server.url, '/execute', { body, headers });
  assert.deepEqual([second.status, second.text], [first.status, first.text]);
  assert.equal(await runs('end'), 1);
});

test('errors are kept as well', async () => {
  const headers = { 'x-request-id': randomUUID() };
  const body = counting('errors', 'exit 3');
  const first = await send(served.server.url, '/execute', { body, headers });
  const second = await send(served.server.url, '/execute', { body, headers });
  assert.equal(first.status, 511);
  assert.deepEqual([second.status, second.text], [first.status, first.text]);
  assert.equal(await runs('errors'), 1);
});

test('an id is for one request', async () => {
  const headers = { 'x-request-id': randomUUID() };
  await send(served.server.url, '/execute', { body: { command: ['true'] }, headers });
  const { status, text } = await send(served.server.url, '/execute', { body: { command: ['false'] }, headers });
  assert.equal(status, 511);
  assert.match(JSON.parse(text).swerexception.message, /X-Request-ID/);
});

test('requests without an id run as often as they come', async () => {
  const body = counting('free');
  await send(served.server.url, '/execute', { body });
  await send(served.server.url, '/execute', { body });
  assert.equal(await runs('free'), 2);
});

test('a repeat that asks another start of the server is refused, and does not run', async () => {
  const handshake = (await sendJson(served.server.url, '/rex/v1')).body;
  const headers = { 'x-request-id': randomUUID(), 'x-rex-instance': 'an earlier one' };
  const body = { command: `echo ran >> ${join(directory, 'restart')}`, options: {} };
  const refused = await sendJson(served.server.url, '/rex/v1/execute', body, headers);
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'OUTCOME_UNKNOWN']);
  const accepted = await sendJson(served.server.url, '/rex/v1/execute', body, {
    ...headers,
    'x-rex-instance': handshake.instance,
  });
  assert.equal(accepted.status, 200);
  assert.equal(await runs('restart'), 1);
});
