import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDestination } from '../../../../src/sandbox/deployment/ssh/config/destination.ts';
import { expectThrown } from '../../../../src/testing/contract/expect-error.ts';

test('reads a host, with user and port where they are given', () => {
  assert.deepEqual(parseDestination('example.org'), { host: 'example.org' });
  assert.deepEqual(parseDestination('me@example.org:2222'), { host: 'example.org', user: 'me', port: 2222 });
  assert.deepEqual(parseDestination('ssh://me@example.org:22/'), { host: 'example.org', user: 'me', port: 22 });
  assert.deepEqual(parseDestination('[2001:db8::1]:2222'), { host: '2001:db8::1', port: 2222 });
  assert.deepEqual(parseDestination('2001:db8::1'), { host: '2001:db8::1' });
  assert.deepEqual(parseDestination('a@b@host'.replace('a@', '')), { host: 'host', user: 'b' });
});

test('refuses what is no host', () => {
  for (const text of ['', ':22', 'host:0', 'host:70000', 'host:port', '-oProxyCommand=x', '-x@host', 'a b@', 'me@']) {
    assert.equal(expectThrown(() => parseDestination(text), 'INVALID_ARGUMENT').context.argument, 'host', text);
  }
});
