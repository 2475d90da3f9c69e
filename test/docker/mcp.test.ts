import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMcpProvider } from '../../src/gateway/mcp/index.ts';
import { deploymentSuite } from '../gateway/mcp/deployment-suite.ts';
import { startServer } from '../gateway/mcp/server-process.ts';
import { connectTo } from '../gateway/mcp/support.ts';
import { makeScratch } from '../scratch-directory.ts';
import { bashImage, docker, withNode } from './engine.ts';

deploymentSuite({
  ...{ title: 'docker, with an image on the command line', deployment: 'docker', ownsFiles: true, languages: ['bash'] },
  args: ['--deployment', `docker:${bashImage}`],
});

test('a workspace is mounted, and what is written there belongs to the user', async (t) => {
  const workspace = await makeScratch(t);
  await using server = await startServer(['--deployment', `docker:${bashImage}`, '--workspace', workspace]);
  const { value } = await server.call('exec', { command: 'pwd; echo here > made' });
  assert.equal(value.stdout, '/workspace\n');
  await server.call('file_write', { path: 'sub/written', content: 'there' });
  assert.equal(await readFile(join(workspace, 'made'), 'utf8'), 'here\n');
  assert.equal(await readFile(join(workspace, 'sub/written'), 'utf8'), 'there');
  const owner = execFileSync('stat', ['-c', '%u', join(workspace, 'made')], { encoding: 'utf8' });
  assert.equal(owner.trim(), String(process.getuid?.()));
});

test('where bubblewrap does not work a container is the safest, which is said at the start', async (t) => {
  docker('tag', bashImage, 'debian:stable-slim');
  t.after(() => docker('rmi', 'debian:stable-slim'));
  const programs = await makeScratch(t);
  await writeFile(join(programs, 'bwrap'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await using server = await startServer([], { PATH: `${programs}:${process.env.PATH}` });
  const { value } = await server.call('sandbox_create', {});
  assert.equal(value.deployment, 'docker');
  assert.match(server.said(), /sandboxes by docker: each sandbox is a hardened container of debian:stable-slim/);
});

test('an application gives a container with Node, and code mode works in it', async (t) => {
  const provider = createMcpProvider({
    deployments: { node: { type: 'docker', image: withNode.image ?? '', network: 'none' } },
    preset: 'codemode',
  });
  t.after(() => provider.close());
  const client = await connectTo(provider);
  const code = "const { text } = await tools.file_read({ path: '/etc/passwd' }); console.log(text.length > 0)";
  const answer = await client.callTool({ name: 'run_code', arguments: { code } });
  assert.match(JSON.stringify(answer.structuredContent), /"stdout":"true\\n"/);
  await client.close();
});
