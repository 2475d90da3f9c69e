import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import type { DeploymentConfig } from '../../../src/sandbox/deployment/deployment-config.ts';
import { DummyDeployment } from '../../../src/sandbox/deployment/dummy-deployment.ts';
import { getDeployment } from '../../../src/sandbox/deployment/get-deployment.ts';
import { LocalDeployment } from '../../../src/sandbox/deployment/local-deployment.ts';
import { RemoteDeployment } from '../../../src/sandbox/deployment/remote-deployment.ts';

test('each type makes its deployment', () => {
  assert.ok(getDeployment({ type: 'local' }) instanceof LocalDeployment);
  assert.ok(
    getDeployment({ type: 'remote', host: 'localhost', port: 8000, token: 'secret' }) instanceof RemoteDeployment,
  );
  assert.ok(getDeployment({ type: 'dummy' }) instanceof DummyDeployment);
});

test('all options of a local deployment are known', () => {
  const config: Required<DeploymentConfig & { type: 'local' }> = {
    type: 'local',
    isolation: 'bubblewrap',
    workspace: '/work',
    network: 'full',
    limits: { memoryBytes: 2 ** 28, processes: 64, cpus: 1, cpuSeconds: 60, fileSizeBytes: 2 ** 20 },
    readOnlyPaths: ['/opt/a'],
    writablePaths: ['/opt/b'],
    hiddenPaths: ['/opt/c'],
    env: { NAME: 'value' },
  };
  assert.equal(getDeployment(config).type, 'local');
});

interface Refusal {
  readonly config: unknown;
  readonly argument: string;
  readonly expected: RegExp;
}

const refusals: readonly Refusal[] = [
  { config: { type: 'cloud' }, argument: 'type', expected: /^one of 'local', 'remote', 'docker', 'ssh', 'dummy'$/ },
  { config: {}, argument: 'type', expected: /'local'/ },
  {
    config: { type: 'local', workspce: '/' },
    argument: 'workspce',
    expected: /known fields \(type, isolation, workspace,/,
  },
  { config: { type: 'dummy', token: 'x' }, argument: 'token', expected: /known fields \(type\)/ },
  {
    config: { type: 'local', limits: { memory: 1 } },
    argument: 'limits.memory',
    expected: /known fields \(memoryBytes, processes, cpus, cpuSeconds, fileSizeBytes\)/,
  },
  { config: { type: 'local', isolation: 'docker' }, argument: 'isolation', expected: /"none"|'none'/ },
  { config: { type: 'local', limits: { processes: 'many' } }, argument: 'limits.processes', expected: /number/ },
  { config: { type: 'local', readOnlyPaths: '/etc' }, argument: 'readOnlyPaths', expected: /array/ },
  { config: { type: 'remote', port: 0 }, argument: 'port', expected: />=1/ },
  { config: { type: 'remote', auth_token: 'x' }, argument: 'auth_token', expected: /\btoken\b/ },
  { config: null, argument: 'config', expected: /object/ },
  { config: 'local', argument: 'config', expected: /object/ },
];

for (const { config, argument, expected } of refusals) {
  test(`${JSON.stringify(config)} is refused, naming the field and what is known`, () => {
    assert.throws(
      () => getDeployment(config as DeploymentConfig),
      (error) => {
        assert.ok(RexError.is(error, 'INVALID_ARGUMENT'), String(error));
        assert.equal(error.context.argument, argument);
        assert.match(error.context.expected, expected);
        return true;
      },
    );
  });
}
