import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpProvider, serveMcpHttp } from '../../../src/gateway/mcp/index.ts';
import { makeScratch } from '../../scratch-directory.ts';
import { main, startServer } from './server-process.ts';
import { patience } from './support.ts';

const page = await readFile(new URL('../../../docs/mcp.md', import.meta.url), 'utf8');
const hosts = page.slice(page.indexOf('### In hosts'), page.indexOf('### Configuration file'));
const fourteen = 14;

/** A server as a host's configuration has it. */
interface HostEntry {
  readonly command?: string | readonly string[];
  readonly args?: readonly string[];
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);
}

/** Code within lines that begins so. */
function spans(text: string, start: string): string[] {
  const found = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)];
  return found.map(([, code = '']) => code).filter((code) => code.startsWith(start));
}

/** Every host names servers in another place: the entry is what is called `hrm-rex`. */
function entryOf(json: string): HostEntry {
  let found: HostEntry | undefined;
  JSON.parse(json, (key, value: HostEntry) => {
    if (key === 'hrm-rex') found = value;
    return value;
  });
  assert.ok(found, json);
  return found;
}

/** The tables and pairs of this page's TOML, whose values are JSON. */
function entryOfToml(text: string): HostEntry {
  const lines = text.trim().split('\n');
  assert.equal(lines[0], '[mcp_servers.hrm-rex]');
  const pairs = lines.slice(1).map((line) => line.split(/\s*=\s*(.*)/s) as [string, string]);
  return Object.fromEntries(pairs.map(([key, value]) => [key, JSON.parse(value) as unknown])) as HostEntry;
}

/** A directory whose `npx` starts this repository as the package of that name. */
async function makeNpx(t: TestContext): Promise<string> {
  const directory = await makeScratch(t);
  const script = `#!/bin/sh\n[ "$1" = -y ] && shift\n[ "$1" = hrm-rex ] || exit 9\nshift\nexec "${process.execPath}" --import "${import.meta.resolve('tsx')}" "${main}" "$@"\n`;
  await writeFile(join(directory, 'npx'), script);
  await chmod(join(directory, 'npx'), 0o755);
  return directory;
}

async function environment(t: TestContext): Promise<Record<string, string>> {
  return { PATH: `${await makeNpx(t)}:${process.env.PATH}`, HOME: process.env.HOME ?? '/' };
}

async function assertServes(t: TestContext, words: readonly string[]): Promise<void> {
  const workspace = await makeScratch(t);
  const [command = '', ...args] = words.map((word) => word.replace('${workspaceFolder}', workspace));
  const client = new Client({ name: 'host', version: '1' });
  await client.connect(
    new StdioClientTransport({ command, args, cwd: workspace, stderr: 'ignore', env: await environment(t) }),
    patience,
  );
  assert.equal((await client.listTools({}, patience)).tools.length, fourteen);
  await client.close();
}

const json = [...blocks(hosts, 'json'), ...spans(hosts, '{')].map(entryOf);
const commands = [...json, ...blocks(hosts, 'toml').map(entryOfToml)].filter(({ url }) => url === undefined);

suite('every configuration of a host on the page', () => {
  test('is found by this test', () => {
    assert.equal(commands.length, 5);
    assert.equal(json.filter(({ url }) => url).length, 1);
    assert.equal(spans(hosts, 'claude ').length, 2);
  });

  for (const { command = '', args = [] } of commands) {
    const words = [command, args].flat();
    test(`starts a server: ${words.join(' ')}`, (t) => assertServes(t, words));
  }

  test('of Claude Code starts a server', async (t) => {
    const [added = ''] = spans(hosts, 'claude mcp add hrm-rex -- ');
    await assertServes(t, added.slice(added.indexOf(' -- ') + 4).split(' '));
  });

  test('over HTTP reaches a server', async () => {
    const [added = ''] = spans(hosts, 'claude mcp add --transport http ');
    const [, url = '', name = '', value = ''] = /hrm-rex (\S+) --header "([^:]+): (.+)"$/.exec(added) ?? [];
    await using provider = createMcpProvider({ deployments: { local: { type: 'local' } } });
    await using server = await serveMcpHttp(provider, { token: 'SECRET' });
    for (const entry of [...json.filter((each) => each.url), { url, headers: { [name]: value } }]) {
      const address = new URL(entry.url as string);
      assert.deepEqual([address.host, address.pathname], ['127.0.0.1:8008', new URL(server.url).pathname]);
      const client = new Client({ name: 'host', version: '1' });
      const init = { requestInit: { headers: { ...entry.headers } } };
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url), init), patience);
      assert.equal((await client.listTools({}, patience)).tools.length, fourteen);
      await client.close();
    }
  });
});

test('the two lines that start a server do', async (t) => {
  const [lines = ''] = blocks(page, 'sh');
  const [overStdio = '', overHttp = ''] = lines.trim().split('\n');
  await assertServes(t, ['sh', '-c', overStdio]);
  const line = overHttp.replace('...', 'SECRET').replace('--http', '--http --port 0');
  const child = spawn('sh', ['-c', `exec env ${line}`], {
    env: await environment(t),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
  while (!/listening on \S+\n/.test(said)) await once(child.stderr, 'data');
  const url = new URL(/listening on (\S+)/.exec(said)?.[1] ?? '');
  assert.equal(url.pathname, '/mcp');
  assert.equal((await fetch(url, { method: 'POST' })).status, 401);
  child.kill();
  await once(child, 'exit');
});

test('the configuration file is taken as it stands', async (t) => {
  const [text = ''] = blocks(page.slice(page.indexOf('### Configuration file')), 'json');
  await using provider = createMcpProvider({ preset: 'minimal', deployments: { local: { type: 'local' } } });
  await using upstream = await serveMcpHttp(provider, { token: false });
  const file = join(await makeScratch(t), 'config.json');
  await writeFile(file, text.replace('https://docs.example.org/mcp', upstream.url));
  await using server = await startServer(['--config', file]);
  const { tools } = await server.client.listTools({}, patience);
  assert.equal(tools.length, fourteen + 7);
  assert.ok(tools.some(({ name }) => name === 'docs_exec'));
  const { text: refusal } = await server.call('sandbox_create', { deployment: 'none' });
  assert.match(refusal, /one of safe, node, lab/);
});
