import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { splitLine } from '../../../../src/sandbox/deployment/ssh/config/read-config.ts';
import { resolveRoute } from '../../../../src/sandbox/deployment/ssh/config/resolve-route.ts';
import type { SshDeploymentOptions } from '../../../../src/sandbox/deployment/ssh/ssh-options.ts';
import { expectError } from '../../../../src/testing/contract/expect-error.ts';

/** Resolves options in a home directory with the given files below `.ssh`. */
async function resolveWith(files: Readonly<Record<string, string>>, options: SshDeploymentOptions, env = {}) {
  const home = await mkdtemp(join(tmpdir(), 'hrm-rex-home-'));
  try {
    await mkdir(join(home, '.ssh/config.d'), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(home, '.ssh', name), text);
    const route = await resolveRoute(options, { home, localUser: 'local', env });
    return route.map((settings) => JSON.parse(JSON.stringify(settings).replaceAll(home, '~')));
  } finally {
    await rm(home, { recursive: true });
  }
}

test('without a configuration the defaults of OpenSSH hold', async () => {
  const [settings] = await resolveWith({}, { host: 'example.org' }, { SSH_AUTH_SOCK: '/agent' });
  assert.deepEqual(settings, {
    name: 'example.org',
    address: 'example.org',
    port: 22,
    user: 'local',
    identities: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => ({ path: `~/.ssh/${name}`, required: false })),
    identitiesOnly: false,
    agent: '/agent',
    knownHostsFiles: ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
    unknownHost: 'refuse',
    connectTimeoutMs: 20_000,
    keepaliveIntervalMs: 10_000,
    keepaliveCountMax: 3,
  });
});

test('an alias takes its settings from its block, the first value wins, and files add up', async () => {
  const config = `
    # a comment
    IdentityFile ~/.ssh/first
    Host web web-*   # more
      HostName %h.example.org
      Port=2200
      User "some body"
      IdentityFile %d/keys/%r@%h:%p
      IdentitiesOnly yes
      IdentityAgent none
      UserKnownHostsFile ~/.ssh/a "\${OTHER}/b"
      StrictHostKeyChecking accept-new
      ConnectTimeout 1m30s
      ServerAliveInterval 5
      ServerAliveCountMax 7
      HostKeyAlias Web
    Host *
      User nobody
      Port 1
  `;
  const [settings] = await resolveWith({ config }, { host: 'web-1' }, { OTHER: '/other' });
  assert.equal(settings.address, 'web-1.example.org');
  assert.deepEqual([settings.port, settings.user], [2200, 'some body']);
  assert.deepEqual(
    settings.identities.map(({ path }: { path: string }) => path),
    ['~/.ssh/first', '~/keys/some body@web-1.example.org:2200'],
  );
  assert.deepEqual([settings.identitiesOnly, settings.agent], [true, undefined]);
  assert.deepEqual(settings.knownHostsFiles, ['~/.ssh/a', '/other/b', '/etc/ssh/ssh_known_hosts']);
  assert.deepEqual([settings.unknownHost, settings.hostKeyAlias], ['trust', 'Web']);
  assert.deepEqual(
    [settings.connectTimeoutMs, settings.keepaliveIntervalMs, settings.keepaliveCountMax],
    [90_000, 5_000, 7],
  );
});

test('options go before the configuration', async () => {
  const config = 'Host web\n  Port 2\n  User a\n  HostName there\n  StrictHostKeyChecking no\n';
  const options = { host: 'me@web:3', unknownHost: 'refuse', identityFiles: ['~/key'], agent: '/sock' } as const;
  const [settings] = await resolveWith({ config }, options);
  assert.deepEqual([settings.user, settings.port, settings.address], ['me', 3, 'there']);
  assert.deepEqual([settings.unknownHost, settings.agent], ['refuse', '/sock']);
  assert.deepEqual(settings.identities, [{ path: '~/key', required: true }]);
  const [plain] = await resolveWith({ config }, { host: 'web', configFile: false });
  assert.deepEqual([plain.port, plain.address], [22, 'web']);
});

test('a pattern after ! takes a host out of a block', async () => {
  const config = 'Host *.example.org !secret.example.org\n  Port 2\n';
  assert.equal((await resolveWith({ config }, { host: 'a.EXAMPLE.org' }))[0].port, 2);
  assert.equal((await resolveWith({ config }, { host: 'secret.example.org' }))[0].port, 22);
});

test('ProxyJump leads through a chain, and jump hosts have their own settings', async () => {
  const config = `
    Host inner
      ProxyJump me@middle:23,near
    Host middle
      ProxyJump outer
      HostName 10.0.0.2
    Host outer
      User door
    Host near
      ProxyJump elsewhere
  `;
  const route = await resolveWith({ config }, { host: 'inner', user: 'x', identityFiles: ['/k'], password: 'p' });
  assert.deepEqual(
    route.map(({ user, address, port }) => `${user}@${address}:${port}`),
    ['door@outer:22', 'me@10.0.0.2:23', 'local@near:22', 'x@inner:22'],
  );
  assert.ok(
    route.slice(0, -1).every(({ password }) => password === undefined),
    'secrets stay with their host',
  );
  assert.equal((await resolveWith({ config }, { host: 'inner', jumpHosts: [] })).length, 1);
  const loop = 'Host a\n ProxyJump b\nHost b\n ProxyJump a\n';
  await expectError(resolveWith({ config: loop }, { host: 'a' }), 'INVALID_ARGUMENT');
});

test('files are included, with wildcards, within the block that includes them', async () => {
  const files = {
    config: 'Host a\n  Include config.d/*.conf missing\nHost b\n  Port 9\n',
    'config.d/1.conf': 'Port 5\nHost x\n  User never\n',
    'config.d/2.conf': 'Port 6\nUser second\n',
  };
  const [a] = await resolveWith(files, { host: 'a' });
  assert.deepEqual([a.port, a.user], [5, 'second']);
  assert.equal((await resolveWith(files, { host: 'b' }))[0].port, 9);
  const loop = { config: 'Include config\n' };
  await expectError(resolveWith(loop, { host: 'a' }), 'INVALID_ARGUMENT');
});

test('Match is judged by host, user and all; what cannot be judged is refused only where it could apply', async () => {
  const config = `
    Host alias
      HostName real.example.org
    Match host *.example.org user local
      Port 7
    Match originalhost other exec "true"
      Port 8
    Match !originalhost alias
      User outsider
    Match all
      ServerAliveInterval 1
  `;
  const [alias] = await resolveWith({ config }, { host: 'alias' });
  assert.deepEqual([alias.port, alias.user, alias.keepaliveIntervalMs], [7, 'local', 1_000]);
  assert.equal((await resolveWith({ config }, { host: 'third' }))[0].user, 'outsider');
  const { context } = await expectError(resolveWith({ config }, { host: 'other' }), 'UNSUPPORTED');
  assert.equal(context.feature, 'Match exec');
});

test('a ProxyCommand is refused, not left out', async () => {
  const config = 'Host a\n  ProxyCommand nc %h %p\nHost b\n  ProxyCommand none\n';
  const { context } = await expectError(resolveWith({ config }, { host: 'a' }), 'UNSUPPORTED');
  assert.equal(context.feature, 'ProxyCommand');
  assert.equal((await resolveWith({ config }, { host: 'b' })).length, 1);
});

test('a named file must be there, and a line must be readable', async () => {
  await expectError(resolveWith({}, { host: 'a', configFile: '/nonexistent' }), 'INVALID_ARGUMENT');
  await expectError(resolveWith({ config: 'Host "a\n' }, { host: 'a' }), 'INVALID_ARGUMENT');
  await expectError(resolveWith({ config: 'Port many\n' }, { host: 'a' }), 'INVALID_ARGUMENT');
  await expectError(resolveWith({ config: 'ConnectTimeout soon\n' }, { host: 'a' }), 'INVALID_ARGUMENT');
});

test('words are read as OpenSSH reads them', () => {
  assert.deepEqual(splitLine('  Host = a "b c" d # e', ''), ['Host', 'a', 'b c', 'd']);
  assert.deepEqual(splitLine('Key=a=b', ''), ['Key', 'a=b']);
  assert.deepEqual(splitLine('# nothing', ''), []);
});
