import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypedEvents } from '../../../../src/sandbox/deployment/pool/typed-events.ts';

test('listeners hear until they are disposed', () => {
  const events = new TypedEvents<{ count: number }>();
  const heard: number[] = [];
  const listening = events.on('count', (count) => heard.push(count));
  events.emit('count', 1);
  listening[Symbol.dispose]();
  events.emit('count', 2);
  assert.deepEqual(heard, [1]);
});

test('the next event is a promise, which a signal gives up', async () => {
  const events = new TypedEvents<{ count: number }>();
  const next = events.next('count');
  events.emit('count', 1);
  events.emit('count', 2);
  assert.equal(await next, 1);
  const abort = new AbortController();
  const never = events.next('count', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(never, /enough/);
  await assert.rejects(events.next('count', { signal: abort.signal }), /enough/);
});
