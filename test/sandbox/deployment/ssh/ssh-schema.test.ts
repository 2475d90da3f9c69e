import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeploymentConfig } from '../../../../src/sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../../../../src/sandbox/deployment/get-deployment.ts';
import { SshDeployment } from '../../../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import { expectThrown } from '../../../../src/testing/contract/expect-error.ts';

const refusal = (config: object) =>
  expectThrown(() => getDeployment(config as DeploymentConfig), 'INVALID_ARGUMENT').context;

test('a configuration with every field makes a deployment', () => {
  const host = {
    host: 'me@host:2222',
    port: 22,
    user: 'me',
    identityFiles: ['~/.ssh/key'],
    passphrase: 'p',
    password: 'w',
    agent: false,
    knownHostsFiles: [],
    unknownHost: 'trust',
    hostFingerprints: ['SHA256:x'],
    connectTimeoutMs: 1,
    keepaliveIntervalMs: 0,
    keepaliveCountMax: 1,
  } as const;
  const deployment = getDeployment({
    type: 'ssh',
    ...host,
    jumpHosts: ['door', host],
    configFile: false,
    cwd: 'work',
    env: { LANG: 'C' },
    whenCut: 'keep',
    startupTimeoutMs: 1,
    channelTimeoutMs: 1,
    channelsPerConnection: 1,
    idleConnectionMs: 1,
  });
  assert.ok(deployment instanceof SshDeployment);
});

test('unknown fields are refused by name, those of a jump host too', () => {
  const { argument, expected } = refusal({ type: 'ssh', host: 'h', hostname: 'x' });
  assert.equal(argument, 'hostname');
  assert.match(expected, /host, port, user, identityFiles/);
  assert.equal(refusal({ type: 'ssh', host: 'h', jumpHosts: [{ host: 'j', cwd: '/' }] }).argument, 'jumpHosts.0.cwd');
});

test('a field of the wrong kind is refused by name', () => {
  for (const [field, value] of Object.entries({
    host: '',
    port: 0,
    agent: true,
    unknownHost: 'ask',
    identityFiles: 'key',
    configFile: true,
    channelsPerConnection: 0,
    startupTimeoutMs: -1,
  })) {
    assert.equal(refusal({ type: 'ssh', host: 'h', [field]: value }).argument, field);
  }
  assert.equal(refusal({ type: 'ssh' }).argument, 'host');
});
