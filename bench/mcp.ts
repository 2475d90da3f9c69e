/** Speed of the MCP server, and tokens of code mode against direct calls: `npm run bench -- mcp [--json FILE]`, after a build. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { createMcpProvider, serveMcpHttp } from '../src/gateway/mcp/index.ts';
import { median, once, paired, quantile, type Row, report } from './measure.ts';

const rows: Row[] = [];
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const echo = { name: 'exec', arguments: { command: 'echo hi' } };
const fileCount = 200;

await starts();
await overStdio();
await overHttp();
await tokens();
report('mcp', rows);

function transport(...args: string[]): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [main, 'mcp', '--deployment', 'local', ...args],
    stderr: 'ignore',
  });
}

function newClient(): Client {
  return new Client({ name: 'bench', version: '1' });
}

async function starts(): Promise<void> {
  const found: number[] = [];
  for (let index = 0; index < 11; index++) {
    const client = newClient();
    found.push(
      await once(async () => {
        await client.connect(transport());
        await client.listTools();
      }),
    );
    await client.close();
  }
  rows.push({
    what: 'start of `hrm-rex mcp` to the answer of tools/list, median',
    value: median(found),
    unit: 'ms',
    target: { most: 700 },
  });
}

async function overStdio(): Promise<void> {
  const client = newClient();
  await client.connect(transport());
  const [found, bare] = await paired(200, () => client.callTool(echo), bareEcho);
  rows.push({
    ...{ what: 'exec of `echo hi` over stdio, median', value: median(found), unit: 'ms', target: { most: 5 } },
    ...{ reference: median(bare), against: 'child_process.spawn of the same shell' },
  });
  rows.push({ what: '– 95th percentile', value: quantile(found, 0.95), unit: 'ms' });
  await crowd('stdio', client);
  await client.close();
}

async function overHttp(): Promise<void> {
  await using provider = createMcpProvider({ deployments: { local: { type: 'local' } } });
  await using server = await serveMcpHttp(provider, { token: 'bench' });
  const client = newClient();
  const headers = { authorization: 'Bearer bench' };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }));
  const [found, bare] = await paired(200, () => client.callTool(echo), bareEcho);
  rows.push({
    ...{ what: 'exec of `echo hi` over HTTP, median', value: median(found), unit: 'ms', target: { most: 15 } },
    ...{ reference: median(bare), against: 'child_process.spawn of the same shell' },
  });
  rows.push({ what: '– 95th percentile', value: quantile(found, 0.95), unit: 'ms' });
  await crowd('HTTP', client);
  await client.close();
}

/** The same command by child_process alone, its output read and dropped. */
function bareEcho(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'echo hi'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

/** 500 calls, ten at a time. */
async function crowd(way: string, client: Client): Promise<void> {
  let left = 500;
  let errors = 0;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await client.callTool(echo).catch(() => ({ isError: true }));
      if (answer.isError) errors += 1;
    }
  };
  const total = await once(() => Promise.all(Array.from({ length: 10 }, worker)));
  rows.push({
    what: `500 calls over ${way}, ten at a time: errors`,
    value: errors,
    unit: 'errors',
    target: { most: 0 },
  });
  rows.push({ what: '– calls', value: 500_000 / total, unit: 'per second' });
}

/** The workflow: list 200 files, read each, and find those that ask for work. */
async function tokens(): Promise<void> {
  const workspace = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));
  await mkdir(join(workspace, 'notes'));
  for (let index = 0; index < fileCount; index++) {
    const state = index % 20 === 7 ? 'open' : 'done';
    const text = `Note ${index}\nState: ${state}\n${'What was found is written down here, line by line.\n'.repeat(10)}`;
    await writeFile(join(workspace, 'notes', `note-${index}.txt`), text);
  }
  const direct = await counted(workspace, 'all', async (call) => {
    const { matches } = await call('file_search', { glob: '*.txt', limit: 1000 });
    const open: string[] = [];
    for (const { path } of matches)
      if ((await call('file_read', { path })).text.includes('State: open')) open.push(path);
    return open;
  });
  const code = `const { matches } = await tools.file_search({ glob: '*.txt', limit: 1000 });
const texts = await Promise.all(matches.map(async ({ path }) => ({ path, ...(await tools.file_read({ path })) })));
console.log(texts.filter(({ text }) => text.includes('State: open')).map(({ path }) => path).join('\\n'));`;
  const inCode = await counted(workspace, 'codemode', async (call) => {
    await call('search_tools', { query: 'search read file', limit: 2 });
    return (await call('run_code', { code })).stdout.trim().split('\n');
  });
  await rm(workspace, { recursive: true, force: true });
  if (direct.found.join() !== inCode.found.join()) throw new Error('the two ways found different files');
  rows.push({
    what: `tokens: list, read and filter ${fileCount} files by direct calls, list of tools included`,
    value: direct.tokens,
    unit: 'tokens',
  });
  rows.push({
    ...{ what: '– in code mode', value: inCode.tokens, unit: 'tokens' },
    ...{ reference: direct.tokens, against: 'direct calls' },
  });
  rows.push({ what: 'tools/list of the preset all', value: direct.list, unit: 'tokens', target: { most: 2800 } });
  rows.push({ what: 'tools/list of the preset codemode', value: inCode.list, unit: 'tokens' });
}

// biome-ignore lint/suspicious/noExplicitAny: the shapes of answers are the tools'
type Call = (name: string, input: object) => Promise<any>;

/** Runs a workflow and counts what goes through a model's context: the tools, the arguments, the texts of the answers. */
async function counted(
  workspace: string,
  preset: string,
  workflow: (call: Call) => Promise<string[]>,
): Promise<{ found: string[]; tokens: number; list: number }> {
  const client = newClient();
  await client.connect(transport('--preset', preset, '--workspace', workspace));
  const count = (value: unknown): number => encode(JSON.stringify(value)).length;
  const list = count(await client.listTools());
  let total = list;
  const found = await workflow(async (name, input) => {
    const { content, structuredContent } = await client.callTool({ name, arguments: { ...input } });
    total += count({ name, input }) + count(content);
    return structuredContent;
  });
  await client.close();
  return { found: found.sort(), tokens: total, list };
}
