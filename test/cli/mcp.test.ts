import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mcpCommand } from '../../src/cli/mcp.ts';
import { toDeployments, toPreset } from '../../src/cli/mcp-config.ts';
import { mcpTools } from '../../src/gateway/mcp/index.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-cli-'));
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('what does not fit is refused with a word on what would', async () => {
  const config = await file('config.json', '{ "preset": "all", "unknown": 1 }');
  const deployment = await file(
    'deployment.json',
    '{ "deployments": { "x": { "type": "local", "isolation": "none", "colour": 1 } } }',
  );
  const cases: [string[], RegExp][] = [
    [['--preset', 'most'], /--preset is one of minimal, sandbox, agents, all, codemode, not most/],
    [['--deployment', 'moon'], /deployment: expected local, bubblewrap/],
    [['--port', '80'], /--port goes with --http/],
    [['--http'], /a secret is needed: set HRM_REX_MCP_TOKEN/],
    [['--http', '--no-auth', '--port', 'x'], /--port takes a port number/],
    [['--http', '--token-file', await file('empty', '\n')], /holds no secret/],
    [['--http', '--token-file', await file('broken', 'a b c\n')], /lines "NAME SECRET"/],
    [['--http', '--token-file', join(folder, 'none')], /none/],
    [['--config', join(folder, 'none')], /cannot read/],
    [['--config', await file('text', 'not json')], /cannot read .*JSON/],
    [['--config', await file('list', '[]')], /expected object/],
    [['--deployment', 'constructor'], /deployment: expected local, bubblewrap/],
    [['--deployment', 'local', '--workspace', join(folder, 'none')], /workspace: expected a directory that exists/],
    [['--workspace', join(folder, 'none')], /workspace: expected a directory that exists/],
    [['--deployment', 'http://127.0.0.1:1', '--workspace', folder], /workspace: expected nothing: the server/],
    [['--config', config], /unknown/],
    [['--config', deployment], /colour: expected one of the known fields/],
  ];
  for (const [args, message] of cases) await assert.rejects(mcpCommand(args), message, args.join(' '));
});

test('a port that is used is an error, and nothing goes on', async (t) => {
  const other = createServer();
  t.after(() => other.close());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const args = ['--http', '--no-auth', '--deployment', 'local', '--port', String(port)];
  await assert.rejects(mcpCommand(args), { code: 'EADDRINUSE' });
});

test('the default deployment is the first of the configuration, or the one that is named', () => {
  const deployments = { a: { type: 'local' }, b: { type: 'dummy' } };
  assert.equal(toDeployments(undefined, {}), undefined);
  assert.deepEqual(Object.keys(toDeployments('auto', { deployments }) ?? {}), ['a', 'b']);
  assert.deepEqual(Object.keys(toDeployments('b', { deployments }) ?? {}), ['b', 'a']);
  assert.deepEqual(toDeployments('docker:node:22', {}), { docker: { type: 'docker', image: 'node:22' } });
  assert.deepEqual(toDeployments('bubblewrap', { workspace: folder }), {
    bubblewrap: { type: 'local', isolation: 'bubblewrap', workspace: folder },
  });
  const placed = toDeployments(undefined, {
    deployments: { ...deployments, c: { type: 'docker' } },
    workspace: folder,
  });
  const mount = { type: 'bind', source: folder, target: '/workspace' };
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  assert.deepEqual(placed, {
    a: { type: 'local', workspace: folder },
    b: { type: 'dummy' },
    c: { type: 'docker', user, workingDirectory: '/workspace', mounts: [mount] },
  });
  assert.equal(toPreset(undefined), 'all');
});

test('standard output belongs to the protocol; where sandboxes are made is said on standard error', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', main, 'mcp', '--deployment', 'local'],
    { encoding: 'utf8', input: '' },
  );
  assert.deepEqual([stdout, status], ['', 0]);
  assert.match(stderr, /sandboxes by local, as configured/);
});

test('a configuration brings deployments and other servers in', async () => {
  const inner = {
    command: process.execPath,
    args: ['--import', 'tsx', main, 'mcp', '--preset', 'minimal', '--deployment', 'local'],
  };
  const path = await file(
    'servers.json',
    JSON.stringify({ preset: 'agents', deployments: { mine: { type: 'local' } }, servers: { inner } }),
  );
  await using set = await mcpTools({
    command: process.execPath,
    args: ['--import', 'tsx', main, 'mcp', '--config', path],
  });
  const names = set.tools.map(({ name }) => name);
  assert.ok(names.includes('agent_run') && names.includes('inner_exec') && !names.includes('exec'), names.join());
  const context = { signal: AbortSignal.timeout(30_000), callId: '1', progress: () => {} };
  const call = async (name: string, input: object) =>
    await set.tools.find((tool) => tool.name === name)?.call({ ...input }, context);
  assert.equal(((await call('sandbox_create', {})) as { deployment: string }).deployment, 'mine');
  assert.equal(((await call('inner_exec', { command: 'echo deep' })) as { stdout: string }).stdout, 'deep\n');
});
