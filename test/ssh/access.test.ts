import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import type { SshDeploymentOptions } from '../../src/sandbox/deployment/ssh/ssh-options.ts';
import { expectError } from '../../src/testing/contract/expect-error.ts';
import { makeScratch } from '../scratch-directory.ts';
import { byKey, direct, jump, target, throughJump } from './hosts.ts';

const run = promisify(execFile);

async function nameThere(options: SshDeploymentOptions): Promise<string> {
  await using deployment = await new SshDeployment(options).start();
  return (await deployment.runtime.execute(['id', '-un'])).stdout.trim();
}

suite('ways to log in', () => {
  test('a key, a key with a passphrase, a password', async () => {
    const passphrased = { ...direct, identityFiles: [target.passphrasedKey], passphrase: target.passphrase };
    assert.equal(await nameThere(direct), target.user);
    assert.equal(await nameThere(passphrased), target.user);
    assert.equal(await nameThere({ ...direct, identityFiles: [], password: target.password }), target.user);
  });

  test('an agent, all of its keys or the named ones only', async (t) => {
    const directory = await makeScratch(t);
    const socket = join(directory, 'agent');
    const { stdout } = await run('ssh-agent', ['-a', socket]);
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]);
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      await run('ssh-add', [jump.key], { env });
      await run('ssh-add', [target.key], { env });
      assert.equal(await nameThere({ ...direct, identityFiles: [], agent: socket }), target.user);

      const named = join(directory, 'named');
      await writeFile(`${named}.pub`, await readFile(`${jump.key}.pub`));
      const config = `Host *\n IdentityFile ${named}\n IdentitiesOnly yes\n IdentityAgent ${socket}\n`;
      await writeFile(join(directory, 'config'), config);
      const { host, port, user, knownHosts } = target;
      const options = { host, port, user, knownHostsFiles: [knownHosts], configFile: join(directory, 'config') };
      await expectError(nameThere(options), 'UNAUTHORIZED');
      await writeFile(`${named}.pub`, await readFile(`${target.key}.pub`));
      assert.equal(await nameThere(options), target.user);
    } finally {
      process.kill(pid);
    }
  });

  test('an alias of the configuration, with a jump host', async () => {
    const configFile = process.env.HRM_REX_SSH_CONFIG as string;
    assert.equal(await nameThere({ host: 'host', configFile }), target.user);
    assert.equal(await nameThere({ host: 'behind', configFile }), target.user);
  });

  test('two jump hosts', async () => {
    const jumpHosts = [byKey(jump), byKey(target)];
    assert.equal(await nameThere({ ...direct, jumpHosts }), target.user);
  });

  test('a key that fits nothing, a wrong password and no way at all are refused', async () => {
    const wrongKey = await expectError(nameThere({ ...direct, identityFiles: [jump.key] }), 'UNAUTHORIZED');
    assert.ok(wrongKey.message.includes(jump.key), 'it names what was tried');
    await expectError(nameThere({ ...direct, identityFiles: [], password: 'wrong' }), 'UNAUTHORIZED');
    await expectError(nameThere({ ...direct, identityFiles: [] }), 'UNAUTHORIZED');
    const wrongPhrase = { ...direct, identityFiles: [target.passphrasedKey], passphrase: 'wrong' };
    await expectError(nameThere(wrongPhrase), 'INVALID_ARGUMENT');
    await expectError(nameThere({ ...direct, identityFiles: ['/nonexistent'] }), 'INVALID_ARGUMENT');
  });

  test('an agent that is gone is passed over', async () => {
    const options = { ...direct, identityFiles: [], agent: '/nonexistent', password: target.password };
    assert.equal(await nameThere(options), target.user);
  });
});

suite('who the host is', () => {
  test('an unknown host is refused with its fingerprint, a pinned one is not', async () => {
    const { context } = await expectError(nameThere({ ...direct, knownHostsFiles: [] }), 'HOST_KEY_REFUSED');
    assert.deepEqual([context.verdict, context.fingerprint], ['unknown', target.fingerprint]);
    const pinned = { ...direct, knownHostsFiles: [], hostFingerprints: [target.fingerprint] };
    assert.equal(await nameThere(pinned), target.user);
  });

  test('a changed key is refused, also where unknown hosts are trusted, and on the way', async (t) => {
    const directory = await makeScratch(t);
    const file = join(directory, 'known_hosts');
    const other = (await readFile(jump.knownHosts, 'utf8')).replaceAll(`:${jump.port} `, `:${target.port} `);
    await writeFile(file, other);
    const changed = { ...direct, knownHostsFiles: [file], unknownHost: 'trust' } as const;
    const { context } = await expectError(nameThere(changed), 'HOST_KEY_REFUSED');
    assert.deepEqual([context.verdict, context.fingerprint], ['changed', target.fingerprint]);
    assert.equal(await readFile(file, 'utf8'), other, 'nothing is written down');
    const onTheWay = { ...throughJump, jumpHosts: [{ ...byKey(jump), knownHostsFiles: [target.knownHosts] }] };
    assert.equal((await expectError(nameThere(onTheWay), 'HOST_KEY_REFUSED')).context.verdict, 'unknown');
  });

  test('trust at first use holds from then on', async (t) => {
    const directory = await makeScratch(t);
    const file = join(directory, 'known_hosts');
    assert.equal(await nameThere({ ...direct, knownHostsFiles: [file], unknownHost: 'trust' }), target.user);
    assert.match(await readFile(file, 'utf8'), /^\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/);
    assert.equal(await nameThere({ ...direct, knownHostsFiles: [file] }), target.user);
  });

  test('hashed entries are read, and a host shows the kind of key that is known', async (t) => {
    const directory = await makeScratch(t);
    const file = join(directory, 'known_hosts');
    const rsa = (await readFile(target.knownHosts, 'utf8')).split('\n').filter((line) => line.includes('ssh-rsa'));
    await writeFile(file, `${rsa.join('\n')}\n`);
    await chmod(file, 0o600);
    await run('ssh-keygen', ['-q', '-H', '-f', file]);
    assert.match(await readFile(file, 'utf8'), /^\|1\|/);
    assert.equal(await nameThere({ ...direct, knownHostsFiles: [file] }), target.user);
  });
});

suite('hosts that do not answer', () => {
  test('a port that nothing listens on, straight and behind a jump host', async () => {
    for (const options of [direct, throughJump]) {
      const { context } = await expectError(nameThere({ ...options, port: 1 }), 'CONNECTION_FAILED');
      assert.equal(context.url, `ssh://${target.user}@${target.host}:1`);
    }
  });

  test('a name that does not exist', async () => {
    await expectError(nameThere({ ...direct, host: 'nobody.invalid' }), 'CONNECTION_FAILED');
  });

  test('a server that says nothing', async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const late = await expectError(nameThere({ ...direct, port, startupTimeoutMs: 300 }), 'DEPLOYMENT_START_FAILED');
      assert.match(late.context.reason, /not ready within 300 ms/);
      assert.equal(late.retryable, true);
      await expectError(nameThere({ ...direct, port, connectTimeoutMs: 300 }), 'CONNECTION_FAILED');
      const deployment = new SshDeployment({ ...direct, port });
      const starting = expectError(deployment.start(), 'DEPLOYMENT_START_FAILED');
      await once(server, 'connection');
      await deployment.stop();
      await starting;
    } finally {
      server.close();
    }
  });

  test('an account without a shell says so', async () => {
    const { startServer } = await import('./server.ts');
    await using server = await startServer({ lines: ['ForceCommand internal-sftp'] });
    await expectError(
      nameThere({ ...byKey(server.host), configFile: false, channelTimeoutMs: 3_000, startupTimeoutMs: 8_000 }),
      'COMMAND_NOT_STARTED',
    );
  });
});
