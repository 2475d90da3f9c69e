import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deploymentSuite } from '../gateway/mcp/deployment-suite.ts';
import { startServer } from '../gateway/mcp/server-process.ts';
import { connect } from '../gateway/mcp/support.ts';
import { direct, target, throughJump } from './hosts.ts';
import { processesWith, startServer as startHost, untilGone } from './server.ts';

const home = await mkdtemp(join(tmpdir(), 'hrm-rex-mcp-ssh-'));
after(() => rm(home, { recursive: true }));
await mkdir(join(home, '.ssh'));
const lines = [`IdentityFile ${target.key}`, `UserKnownHostsFile ${target.knownHosts}`, 'IdentityAgent none'];
await writeFile(join(home, '.ssh/config'), `Host *\n  ${lines.join('\n  ')}\n`, { mode: 0o600 });
const config = join(home, 'config.json');
await writeFile(config, JSON.stringify({ deployments: { far: { type: 'ssh', ...throughJump } } }));

const languages = ['bash', 'python'];
const address = `ssh://${target.user}@${target.host}:${target.port}`;
deploymentSuite({
  ...{ title: 'ssh, with an address on the command line', deployment: 'ssh', ownsFiles: false, languages },
  ...{ args: ['--deployment', address], env: { HOME: home } },
});
deploymentSuite({
  ...{ title: 'ssh through a jump host, as configured', deployment: 'far', ownsFiles: false, languages },
  args: ['--config', config],
});

test('a workspace is a directory of the host', async () => {
  const server = await startServer(['--deployment', address, '--workspace', '/tmp'], { HOME: home });
  assert.equal((await server.call('exec', { command: 'pwd' })).value.stdout, '/tmp\n');
  await server[Symbol.asyncDispose]();
});

test('an application gives a host, and what the server started there ends with it', async () => {
  const pair = await connect({ deployments: { far: { type: 'ssh', ...direct } } });
  const mark = '987654321';
  await pair.call('exec', { command: `setsid sleep ${mark} & sleep ${mark}`, wait_s: 0 });
  while ((await processesWith(mark)).length === 0);
  await pair[Symbol.asyncDispose]();
  assert.deepEqual(await processesWith(mark), []);
});

test('what an MCP server that was killed with -9 ran there ends with its link', async () => {
  const server = await startServer(['--deployment', address], { HOME: home });
  const mark = '987654322';
  await server.call('exec', { command: `sleep ${mark}`, wait_s: 0 });
  while ((await processesWith(mark)).length === 0);
  const ended = new Promise<void>((resolve) => (server.client.onclose = resolve));
  process.kill(server.pid, 'SIGKILL');
  await ended;
  await untilGone(mark);
});

test('a host whose server is killed is an error that says so, and works when it is back', async () => {
  await using host = await startHost();
  const { port, key, knownHosts, user } = host.host;
  const options = {
    host: host.host.host,
    port,
    user,
    identityFiles: [key],
    knownHostsFiles: [knownHosts],
    agent: false,
  } as const;
  await using pair = await connect({ deployments: { far: { type: 'ssh', ...options, configFile: false } } });
  const { value: made } = await pair.call('sandbox_create');
  const running = pair.call('exec', { sandbox: made.sandbox, command: 'sleep 1000' });
  while ((await pair.call('sandbox_list')).value.sandboxes[0].jobs.length === 0) await new Promise(setImmediate);
  await host.kill();
  const { value: job } = await running;
  assert.equal(job.status, 'killed');
  assert.match(job.note, /.+/);
  assert.equal((await pair.call('exec', { sandbox: made.sandbox, command: 'true' })).isError, true);
  await host.restart();
  assert.equal((await pair.call('exec', { sandbox: made.sandbox, command: 'echo back' })).value.stdout, 'back\n');
});
