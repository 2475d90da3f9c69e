import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import { TunnelledDeployment } from '../../src/sandbox/deployment/tunnelled-deployment.ts';
import { assertToldWhy, containers, docker, withNode } from './engine.ts';

const command = ['node', '--import', 'tsx', 'src/cli/main.ts', 'serve'] as const;

test('`hrm-rex serve` in a container without a network is used through a tunnel, and ends with it', async () => {
  const outer = new DockerDeployment(withNode);
  await using deployment = await new TunnelledDeployment(outer, { command }).start();
  const { runtime } = deployment;
  const name = outer.containerName as string;
  assert.equal((await runtime.execute(['cat'], { stdin: 'in' })).stdout, 'in');
  const session = await runtime.createSession({ loadRc: false });
  await session.run('cd /tmp && name=world');
  assert.equal((await session.run('echo "$name in $PWD"')).output, 'world in /tmp\n');
  await runtime.writeFile('/tmp/file', Buffer.alloc(3_000_000, 7));
  assert.equal((await runtime.execute('wc -c < /tmp/file')).stdout, '3000000\n');
  await deployment.stop();
  assert.ok(!containers().includes(name));
});

test('what waits for a server in a container is told when the container is killed', async () => {
  const outer = new DockerDeployment(withNode);
  await using deployment = await new TunnelledDeployment(outer, { command, retries: 1 }).start();
  const handle = await deployment.runtime.spawn('echo up; sleep 1000');
  await handle.waitFor('up');
  const told = assertToldWhy(handle.result(), ['OUTCOME_UNKNOWN', 'CONNECTION_FAILED'], /./);
  docker('kill', outer.containerId as string);
  await told;
});
