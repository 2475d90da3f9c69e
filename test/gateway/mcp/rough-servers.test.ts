import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolContext } from '../../../src/agents/index.ts';
import { connectAll } from '../../../src/gateway/mcp/client/connect-all.ts';
import { type McpTools, type McpToolsOptions, mcpTools } from '../../../src/gateway/mcp/index.ts';

/** A server in a few lines that answers `tools/list` by `list`, and a call by running `calls[name]`. */
function server(list: string, calls: string): { readonly command: string; readonly args: string[] } {
  const program = `
    const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    const tool = (name, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more });
    const text = (text) => ({ content: [{ type: 'text', text }] });
    let round = 0;
    const list = () => (${list});
    const calls = ${calls};
    require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
      const { id, method, params } = JSON.parse(line);
      if (method === 'initialize') {
        const serverInfo = { name: 'rough', version: '1' };
        send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo } });
      }
      if (method === 'tools/list') send({ id, result: list(params) });
      if (method === 'tools/call') send({ id, result: await calls[params.name](params.arguments) });
      if (method === 'notifications/cancelled') process.stderr.write('cancelled ' + params.requestId + '\\n');
    });`;
  return { command: process.execPath, args: ['-e', program] };
}

function open(list: string, calls: string, options: McpToolsOptions = {}): Promise<McpTools> {
  return mcpTools(server(list, calls), options);
}

function context(signal: AbortSignal = new AbortController().signal): ToolContext {
  return { signal, callId: '1', progress: () => {} };
}

async function call(set: McpTools, name: string, signal?: AbortSignal): Promise<unknown> {
  const tool = set.tools.find((each) => each.name === name);
  assert.ok(tool, `${name} is not among ${set.tools.map((each) => each.name)}`);
  return await tool.call({}, context(signal));
}

test('a server that dies in a call: its outcome is unknown, and the next call starts it again', async () => {
  await using set = await open(
    "{ tools: [tool('die'), tool('live')] }",
    "{ die: () => process.exit(3), live: () => text('yes') }",
  );
  await assert.rejects(call(set, 'die'), { code: 'OUTCOME_UNKNOWN' });
  assert.equal(await call(set, 'live'), 'yes');
});

test('a tool that only reads is called again when its server died, once', async () => {
  const looks = '{ annotations: { readOnlyHint: true } }';
  await using set = await open(`{ tools: [tool('die', ${looks})] }`, '{ die: () => process.exit(3) }');
  await assert.rejects(call(set, 'die'), { code: 'OUTCOME_UNKNOWN' });
});

test('a list that changes is followed, and its latest state stays', async () => {
  const changed: string[][] = [];
  let told: () => void = () => {};
  const second = new Promise<void>((resolve) => (told = resolve));
  const onChange: McpToolsOptions['onChange'] = (tools) => {
    changed.push(tools.map(({ name }) => name));
    if (changed.at(-1)?.includes('tool3')) told();
  };
  const note = "send({ method: 'notifications/tools/list_changed' })";
  await using set = await open(
    "{ tools: [tool('change'), tool('tool' + ++round)] }",
    `{ change: () => { ${note}; ${note}; return text('ok'); } }`,
    { onChange },
  );
  assert.equal(await call(set, 'change'), 'ok');
  await second;
  assert.deepEqual(
    set.tools.map(({ name }) => name),
    ['change', 'tool3'],
  );
});

test('a tool that cannot be understood is left out, and the others are there', async () => {
  const said: string[] = [];
  const list =
    "{ tools: [tool('good'), { name: 'shapeless' }, { name: 'list', inputSchema: { type: 'array' } }, tool('bad', { inputSchema: 'text' }), 5, tool('also', { description: 7 })] }";
  await using set = await open(list, "{ good: () => text('fine') }", { onLog: (text) => said.push(text) });
  assert.deepEqual(
    set.tools.map(({ name }) => name),
    ['good'],
  );
  assert.equal(await call(set, 'good'), 'fine');
  assert.match(said.join(''), /shapeless/);
});

test('names that collide or are not safe stay apart, and each calls its own tool', async () => {
  const names = ['a.b', 'a b', 'a_b', '__proto__', 'constructor', 'ä'.repeat(80)];
  const list = `{ tools: ${JSON.stringify(names)}.map((name) => tool(name)) }`;
  await using set = await open(list, 'new Proxy({}, { get: (_, name) => () => text(name) })');
  for (const [index, tool] of set.tools.entries()) {
    assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/);
    assert.equal(await tool.call({}, context()), names[index]);
  }
  assert.equal(new Set(set.tools.map(({ name }) => name)).size, names.length);
});

test('a huge result and many pages of tools come whole; a list without end is cut', async () => {
  const list = "{ tools: [tool('t' + ++round)], nextCursor: 'more' }";
  await using set = await open(list, "{ t1: () => text('x'.repeat(20_000_000)) }");
  assert.equal(((await call(set, 't1')) as string).length, 20_000_000);
  assert.equal(set.tools.length, 100);
});

test('an abort is told to the server, and the connection goes on', async () => {
  const said: string[] = [];
  let heard: () => void = () => {};
  const told = new Promise<void>((resolve) => (heard = resolve));
  const onLog = (text: string): void => {
    said.push(text);
    if (/cancelled/.test(said.join(''))) heard();
  };
  await using set = await open(
    "{ tools: [tool('wait'), tool('live')] }",
    "{ wait: () => new Promise(() => {}), live: () => text('yes') }",
    { onLog },
  );
  const aborting = new AbortController();
  const waiting = call(set, 'wait', aborting.signal);
  assert.equal(await call(set, 'live'), 'yes');
  aborting.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await told;
  assert.equal(await call(set, 'live'), 'yes');
  await assert.rejects(call(set, 'live', AbortSignal.abort(new Error('never begun'))), /never begun/);
});

test('an answer that is none is a failure of the call, and the connection goes on', async () => {
  await using set = await open(
    "{ tools: [tool('wrong'), tool('live')] }",
    "{ wrong: () => ({ content: 'text' }), live: () => text('yes') }",
  );
  await assert.rejects(call(set, 'wrong'), { code: 'MCP_FAILED' });
  assert.equal(await call(set, 'live'), 'yes');
});

test('tools of several servers are one list, which follows each of them', async () => {
  let told: () => void = () => {};
  const change = new Promise<void>((resolve) => (told = resolve));
  const note = "send({ method: 'notifications/tools/list_changed' })";
  const one = server("{ tools: [tool('tool' + ++round)] }", `{ tool1: () => { ${note}; return text('ok'); } }`);
  const other = server("{ tools: [tool('fixed')] }", '{}');
  await using set = await connectAll({ one, other }, { onChange: () => told() });
  const names = () => set.tools.map(({ name }) => name);
  assert.deepEqual(names(), ['one_tool1', 'other_fixed']);
  await set.tools[0]?.call({}, context());
  await change;
  assert.deepEqual(names(), ['one_tool2', 'other_fixed']);
});
