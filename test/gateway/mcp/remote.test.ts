import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LocalRuntime } from '../../../src/sandbox/index.ts';
import { serve } from '../../../src/sandbox/server/index.ts';
import { deploymentSuite } from './deployment-suite.ts';
import { startServer } from './server-process.ts';
import { connect } from './support.ts';

const token = 'a secret of the far side';
const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-mcp-far-'));
const server = await serve(new LocalRuntime({ cwd: directory }), { token });
const { url, port } = server;
const config = join(directory, 'config.json');
await writeFile(config, JSON.stringify({ deployments: { far: { type: 'remote', url, token } } }));
after(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

deploymentSuite({
  ...{ title: 'an address and a secret in the environment', deployment: 'http', ownsFiles: false },
  ...{ args: ['--deployment', url], env: { HRM_REX_REMOTE_TOKEN: token }, languages: ['bash', 'javascript', 'python'] },
});

test('the configuration names a server', async () => {
  await using server = await startServer(['--config', config]);
  const { value } = await server.call('sandbox_create', {});
  assert.deepEqual([value.deployment, value.workspace], ['far', directory]);
  assert.equal((await server.call('exec', { sandbox: value.sandbox, command: 'pwd' })).value.stdout, `${directory}\n`);
});

test('an application gives a remote place, and code mode works there', async () => {
  await using pair = await connect({ deployments: { far: { type: 'remote', port, token } }, preset: 'codemode' });
  const { value } = await pair.call('run_code', {
    code: "console.log((await tools.exec({ command: 'pwd' })).stdout.trim())",
  });
  assert.equal(value.stdout, `${directory}\n`);
});

test('a server that is not there, or a wrong secret, is an error that says so at each call; the MCP server lives on', async () => {
  await using server = await startServer(['--deployment', url], { HRM_REX_REMOTE_TOKEN: 'wrong' });
  for (const name of ['sandbox_create', 'agent_run'] as const) {
    const answer = await server.call(name, name === 'agent_run' ? { task: 'true' } : {});
    assert.equal(answer.isError, true);
    assert.match(answer.text, /token|secret|401|unauthori/i);
  }
  await server.client.ping();
});
