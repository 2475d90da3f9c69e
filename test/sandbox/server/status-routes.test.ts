import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send, sendJson } from './http-client.ts';
import { serveLocal } from './serving.ts';

test('announces itself with a handshake', async () => {
  await using served = await serveLocal();
  const { status, body } = await sendJson(served.server.url, '/rex/v1');
  assert.equal(status, 200);
  assert.equal(body.protocol, 'hrm-rex');
  assert.equal(body.version, 1);
  assert.ok(body.features.includes('processes') && body.features.includes('idempotency'));
  assert.match(body.instance, /^[0-9a-f]{16}$/);
});

test('reports its health in numbers', async () => {
  await using served = await serveLocal();
  const client = served.connect();
  await using session = await client.createSession();
  await using started = await client.spawn(['sleep', '30']);
  const { body } = await sendJson(served.server.url, '/rex/v1/health');
  assert.deepEqual(
    { ...body, uptimeMs: 0 },
    { isAlive: true, message: '', uptimeMs: 0, sessions: 1, processes: 1, requests: 1 },
  );
  assert.ok(session.name && started.id);
});

test('writes metrics that Prometheus reads', async () => {
  await using served = await serveLocal();
  await sendJson(served.server.url, '/is_alive');
  await sendJson(served.server.url, '/nothing');
  const { status, headers, text } = await send(served.server.url, '/rex/v1/metrics');
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^hrm_rex_requests_total\{route="\/is_alive",status="200"\} 1$/m);
  assert.match(text, /^hrm_rex_requests_total\{route="none",status="404"\} 1$/m);
  assert.match(text, /^hrm_rex_request_seconds_bucket\{route="\/is_alive",le="\+Inf"\} 1$/m);
  assert.match(text, /^hrm_rex_sessions 0$/m);
  const line = /^(# (HELP|TYPE) hrm_rex_\w+ .+|hrm_rex_\w+(\{[^}]*\})? -?\d+(\.\d+)?(e-?\d+)?)$/;
  for (const written of text.trimEnd().split('\n')) assert.match(written, line);
});

test('answers unknown routes and bad bodies', async () => {
  await using served = await serveLocal();
  assert.equal((await sendJson(served.server.url, '/rex/v1/nothing')).status, 404);
  const broken = await send(served.server.url, '/rex/v1/execute', { body: '{' });
  assert.deepEqual([broken.status, JSON.parse(broken.text).error.code], [400, 'INVALID_ARGUMENT']);
  const wrong = await sendJson(served.server.url, '/rex/v1/execute', { command: 5, options: {} });
  assert.deepEqual([wrong.status, wrong.body.error.context.argument], [400, 'body.command']);
  const odd = await sendJson(served.server.url, '/rex/v1/processes/nobody/events?after=-1');
  assert.deepEqual([odd.status, odd.body.error.code], [404, 'PROCESS_NOT_FOUND']);
});
