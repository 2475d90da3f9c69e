import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { HostSettings } from '../../../../src/sandbox/deployment/ssh/config/host-settings.ts';
import {
  fingerprintOf,
  orderAlgorithms,
  toHostKey,
} from '../../../../src/sandbox/deployment/ssh/known-hosts/host-key.ts';
import { HostVerifier } from '../../../../src/sandbox/deployment/ssh/known-hosts/host-verifier.ts';
import { judgeKey, knownTypes } from '../../../../src/sandbox/deployment/ssh/known-hosts/judge-key.ts';
import { knownName, parseKnownHosts } from '../../../../src/sandbox/deployment/ssh/known-hosts/known-hosts.ts';
import { expectError } from '../../../../src/testing/contract/expect-error.ts';

function makeKey(type = 'ssh-ed25519', content: Uint8Array = randomBytes(32)) {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return toHostKey(Buffer.concat([length, name, content]));
}

const base64 = (key: { readonly blob: Uint8Array }): string => Buffer.from(key.blob).toString('base64');

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

suite('known hosts', () => {
  test('a key is known, unknown or changed; another kind of key of a known host counts as changed', () => {
    const key = makeKey();
    const entries = parseKnownHosts(`# comment\n\nhost,other ${key.type} ${base64(key)} a comment\n`);
    assert.equal(judgeKey(entries, 'host', key), 'known');
    assert.equal(judgeKey(entries, 'other', key), 'known');
    assert.equal(judgeKey(entries, 'third', key), 'unknown');
    assert.equal(judgeKey(entries, 'host', makeKey()), 'changed');
    assert.equal(judgeKey(entries, 'host', makeKey('ssh-rsa')), 'changed');
  });

  test('a host may have several keys, and a revoked one is refused whatever else is known', () => {
    const [one, two, bad] = [makeKey(), makeKey('ssh-rsa'), makeKey()];
    const text = [`h ${one.type} ${base64(one)}`, `h ${two.type} ${base64(two)}`, `h ${bad.type} ${base64(bad)}`];
    const entries = parseKnownHosts([...text, `@revoked * ${bad.type} ${base64(bad)}`].join('\r\n'));
    assert.equal(judgeKey(entries, 'h', one), 'known');
    assert.equal(judgeKey(entries, 'h', two), 'known');
    assert.equal(judgeKey(entries, 'h', bad), 'revoked');
    assert.equal(judgeKey(entries, 'elsewhere', makeKey()), 'unknown');
    assert.deepEqual(knownTypes(entries, 'h'), new Set(['ssh-ed25519', 'ssh-rsa']));
    assert.deepEqual(orderAlgorithms(new Set(['ssh-rsa'])).slice(0, 2), ['rsa-sha2-512', 'rsa-sha2-256']);
  });

  test('patterns, ports and exceptions count; certificate authorities do not', () => {
    const key = makeKey();
    const line = (hosts: string) => parseKnownHosts(`${hosts} ${key.type} ${base64(key)}`);
    assert.equal(judgeKey(line('*.example.org,!bad.example.org'), 'a.example.org', key), 'known');
    assert.equal(judgeKey(line('*.example.org,!bad.example.org'), 'bad.example.org', key), 'unknown');
    assert.equal(judgeKey(line('[h]:2222'), knownName('H', 2222), key), 'known');
    assert.equal(judgeKey(line('h'), knownName('h', 2222), key), 'unknown');
    assert.equal(judgeKey(line('10.0.0.?'), '10.0.0.7', key), 'known');
    assert.equal(judgeKey(line('@cert-authority h'), 'h', key), 'unknown');
  });

  test('a hashed name stands for that name and no other', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/);
    const key = makeKey();
    fc.assert(
      fc.property(label, label, fc.integer({ min: 1, max: 65_535 }), (host, other, port) => {
        const name = knownName(host, port);
        const entries = parseKnownHosts(`${hashed(name)} ${key.type} ${base64(key)}`);
        assert.equal(judgeKey(entries, name, key), 'known');
        if (other !== host) assert.equal(judgeKey(entries, knownName(other, port), key), 'unknown');
      }),
    );
  });

  test('no text makes the reader fail, or a key known that is not in it', () => {
    const key = makeKey();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.notEqual(judgeKey(parseKnownHosts(text), 'host', key), 'known');
      }),
    );
  });
});

suite('verifying a host', () => {
  const settings = (files: readonly string[], more: Partial<HostSettings> = {}) =>
    ({ address: 'host', port: 2200, knownHostsFiles: files, unknownHost: 'refuse', ...more }) as HostSettings;

  test('an unknown key is refused with its fingerprint', async () => {
    const key = makeKey();
    const verifier = await HostVerifier.load(settings(['/nonexistent/known_hosts']));
    const { context } = await expectError(verifier.accept(key.blob), 'HOST_KEY_REFUSED');
    const { fingerprint, keyType } = { fingerprint: fingerprintOf(key), keyType: key.type };
    assert.deepEqual(context, { host: '[host]:2200', keyType, fingerprint, verdict: 'unknown' });
    assert.match(fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  test('trust at first use writes the key down once, keeps what is there, and never trusts a second key', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-known-'));
    try {
      const file = join(directory, 'new/known_hosts');
      const key = makeKey();
      const trusting = settings([file], { unknownHost: 'trust' });
      const verifiers = await Promise.all([HostVerifier.load(trusting), HostVerifier.load(trusting)]);
      await Promise.all(verifiers.map((verifier) => verifier.accept(key.blob)));
      assert.equal(await readFile(file, 'utf8'), `[host]:2200 ${key.type} ${base64(key)}\n`);
      assert.equal((await stat(file)).mode & 0o777, 0o600);

      await writeFile(file, `${await readFile(file, 'utf8')}# the end`);
      await (await HostVerifier.load({ ...trusting, address: 'second' })).accept(key.blob);
      assert.match(await readFile(file, 'utf8'), /# the end\n\[second\]:2200 /);

      const changed = (await HostVerifier.load(trusting)).accept(makeKey().blob);
      assert.equal((await expectError(changed, 'HOST_KEY_REFUSED')).context.verdict, 'changed');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('given fingerprints count alone', async () => {
    const key = makeKey();
    const pinned = await HostVerifier.load(settings([], { hostFingerprints: [fingerprintOf(key)] }));
    await pinned.accept(key.blob);
    assert.equal((await expectError(pinned.accept(makeKey().blob), 'HOST_KEY_REFUSED')).context.verdict, 'changed');
  });
});
