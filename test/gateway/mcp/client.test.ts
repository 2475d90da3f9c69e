import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import fc from 'fast-check';
import { z } from 'zod';
import { type ChatModel, defineTool, type ToolAnnotations, type ToolContext } from '../../../src/agents/index.ts';
import { portableSchema } from '../../../src/gateway/mcp/client/portable-schema.ts';
import { safeNames } from '../../../src/gateway/mcp/client/tool-names.ts';
import {
  createMcpProvider,
  type McpContentBlock,
  mcpContent,
  mcpTools,
  samplingModel,
  serveMcpHttp,
} from '../../../src/gateway/mcp/index.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

function context(more: Partial<ToolContext> = {}): ToolContext {
  return { signal: new AbortController().signal, callId: 'c1', progress: () => {}, ...more };
}

const image: McpContentBlock = { type: 'image', data: 'AA==', mimeType: 'image/png' };
let slowAborted = false;
const tools = [
  defineTool({
    name: 'add',
    description: 'Add',
    input: z.object({ a: z.number(), b: z.number() }),
    output: z.object({ sum: z.number() }),
    annotations: { readOnly: true },
    run: ({ a, b }) => ({ sum: a + b }),
  }),
  defineTool({ name: 'say', description: 'Say', input: z.object({ text: z.string() }), run: ({ text }) => text }),
  defineTool({ name: 'paint', description: 'Paint', input: z.object({}), run: () => mcpContent([image]) }),
  defineTool({
    name: 'break',
    description: 'Break',
    input: z.object({}),
    run: () => Promise.reject(new Error('it broke')),
  }),
  defineTool({
    name: 'slow',
    description: 'Slow',
    input: z.object({}),
    run: async (_, { signal, progress }) => {
      progress({ done: 1, total: 2, message: 'half' });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      slowAborted = true;
      return null;
    },
  }),
  defineTool({
    name: 'think',
    description: 'Think',
    input: z.object({ about: z.string() }),
    run: async ({ about }, given) => {
      let text = '';
      const messages = [
        { role: 'system' as const, content: 'Be short.' },
        { role: 'user' as const, content: about },
      ];
      for await (const part of samplingModel(given).stream({ messages })) {
        if (part.type === 'text') text += part.text;
        if (part.type === 'finish') text += ` (${part.reason})`;
      }
      return text;
    },
  }),
];

/** A provider that can be connected to over transports in memory. */
function serve() {
  const provider = createMcpProvider({ preset: false, tools });
  const transport = async () => {
    const [here, there] = InMemoryTransport.createLinkedPair();
    await provider.connect(there);
    return here;
  };
  return { provider, transport };
}

const named = (list: readonly { readonly name: string }[], name: string) =>
  list.find((tool) => tool.name === name) as (typeof tools)[number];

test("a server's tools become tools: answers, failures, images, progress and aborts", async () => {
  const { provider, transport } = serve();
  await using set = await mcpTools({ transport }, { prefix: 'x_' });
  assert.deepEqual(
    set.tools.map(({ name }) => name),
    ['x_add', 'x_say', 'x_paint', 'x_break', 'x_slow', 'x_think'],
  );
  const add = named(set.tools, 'x_add');
  assert.deepEqual(await add.call({ a: 1, b: 2 }, context()), { sum: 3 });
  assert.deepEqual(add.annotations, { readOnly: true, destructive: false, idempotent: false, openWorld: true });
  assert.deepEqual(add.resources({}), [{ key: 'mcp:hrm-rex', mode: 'read' }]);
  assert.equal(await named(set.tools, 'x_say').call({ text: 'hi' }, context()), 'hi');
  assert.deepEqual(await named(set.tools, 'x_paint').call({}, context()), { mcpContent: [image] });
  await assert.rejects(named(set.tools, 'x_break').call({}, context()), {
    code: 'MCP_FAILED',
    message: 'x_break: it broke',
  });
  await assert.rejects(add.call({ a: 'one' }, context()), /TOOL_INPUT_INVALID/);
  await assert.rejects(add.call(5, context()), { code: 'TOOL_INPUT_INVALID' });
  const aborting = new AbortController();
  const told: unknown[] = [];
  const slow = named(set.tools, 'x_slow').call(
    {},
    context({
      signal: aborting.signal,
      progress: (progress) => {
        told.push(progress);
        aborting.abort(new Error('enough'));
      },
    }),
  );
  await assert.rejects(slow, /enough/);
  assert.deepEqual(told, [{ done: 1, total: 2, message: 'half' }]);
  await provider.close();
  assert.equal(slowAborted, true);
});

test('the tools follow changes of the server', async () => {
  const { provider, transport } = serve();
  const changed: string[][] = [];
  let told: () => void = () => {};
  const change = new Promise<void>((resolve) => (told = resolve));
  await using set = await mcpTools(
    { transport },
    {
      onChange: (list) => {
        changed.push(list.map(({ name }) => name));
        told();
      },
    },
  );
  provider.setTools(tools.slice(0, 1));
  await change;
  assert.deepEqual(changed, [['add']]);
  assert.deepEqual(
    set.tools.map(({ name }) => name),
    ['add'],
  );
  await provider.close();
});

test('a connection that is lost is made again at the next call', async () => {
  const { provider, transport } = serve();
  let connections = 0;
  let latest: InMemoryTransport | undefined;
  const counted = async () => {
    connections += 1;
    latest = await transport();
    return latest;
  };
  await using set = await mcpTools({ transport: counted });
  await latest?.close();
  assert.equal(await named(set.tools, 'say').call({ text: 'again' }, context()), 'again');
  assert.equal(connections, 2);
  await set.close();
  await assert.rejects(named(set.tools, 'say').call({ text: 'x' }, context()), { code: 'RUNTIME_CLOSED' });
  await provider.close();
});

test('a server over HTTP that forgot the session is greeted anew', async () => {
  const { provider } = serve();
  const first = await serveMcpHttp(provider, { token: 'secret' });
  const { port, url } = first;
  await using set = await mcpTools({ url, token: 'secret' });
  await first.close();
  await using _second = await serveMcpHttp(provider, { token: 'secret', port });
  assert.equal(await named(set.tools, 'say').call({ text: 'new' }, context()), 'new');
  await assert.rejects(mcpTools({ url, token: 'wrong' }), { code: 'CONNECTION_FAILED' });
  await set.close();
  await provider.close();
});

test('a call that reached no server is made again, and fails as a connection when none is there', async () => {
  const { provider } = serve();
  const first = await serveMcpHttp(provider, { token: 'secret' });
  await using set = await mcpTools({ url: first.url, token: 'secret' });
  await first.close();
  await assert.rejects(named(set.tools, 'say').call({ text: 'x' }, context()), { code: 'CONNECTION_FAILED' });
  await using _second = await serveMcpHttp(provider, { token: 'secret', port: first.port });
  assert.equal(await named(set.tools, 'say').call({ text: 'back' }, context()), 'back');
  await set.close();
  await provider.close();
});

test('a call whose answer was lost is made again only where that changes nothing', async () => {
  const calls: string[] = [];
  let cut: () => Promise<void> | undefined = () => undefined;
  const lostOnce = (name: string, annotations: ToolAnnotations) =>
    defineTool({
      name,
      description: name,
      input: z.object({}),
      annotations,
      run: async () => {
        calls.push(name);
        if (calls.filter((called) => called === name).length === 1) await cut();
        return name;
      },
    });
  const provider = createMcpProvider({
    tools: [lostOnce('look', { readOnly: true }), lostOnce('set', { idempotent: true }), lostOnce('send', {})],
  });
  const transport = async () => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await provider.connect(theirs);
    cut = () => ours.close();
    return ours;
  };
  await using set = await mcpTools({ transport });
  for (const name of ['look', 'set']) assert.equal(await named(set.tools, name).call({}, context()), name);
  await assert.rejects(named(set.tools, 'send').call({}, context()), { code: 'OUTCOME_UNKNOWN' });
  assert.deepEqual(calls, ['look', 'look', 'set', 'set', 'send']);
  await set.close();
  await provider.close();
});

test('a server that is a command is started, used, and ended with all it started', async () => {
  const variable = 'HRM_REX_CLIENT_TEST';
  const set = await mcpTools({
    command: 'sh',
    args: ['-c', `"${process.execPath}" --import tsx "${main}" mcp --deployment local; true`],
    env: { [variable]: 'server' },
  });
  const exec = named(set.tools, 'exec');
  const answer = await exec.call({ command: 'sleep 300', wait_s: 0 }, context());
  assert.equal((answer as { status: string }).status, 'running');
  await set.close();
  assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 10_000 }), []);
  await assert.rejects(
    mcpTools({ command: 'sh', args: ['-c', 'echo no such thing >&2; exit 1'] }),
    /no MCP server answers at sh.*no such thing/,
  );
  await assert.rejects(mcpTools({ command: 'no-such-program-here' }), { code: 'COMMAND_NOT_STARTED' });
});

test("a client's model answers what a tool asks it", async () => {
  const { provider, transport } = serve();
  const model: ChatModel = {
    name: 'double',
    async *stream({ messages }) {
      yield {
        type: 'text',
        text: messages.map(({ role, ...rest }) => `${role}: ${(rest as { content: string }).content}`).join('; '),
      };
      yield { type: 'finish', reason: 'stop', usage: {} };
    },
  };
  await using set = await mcpTools({ transport }, { model });
  assert.equal(
    await named(set.tools, 'think').call({ about: 'life' }, context()),
    'system: Be short.; user: life (stop)',
  );
  await using without = await mcpTools({ transport });
  await assert.rejects(
    named(without.tools, 'think').call({ about: 'life' }, context()),
    /UNSUPPORTED: the caller offers no model/,
  );
  await provider.close();
});

test('names are safe and different, whatever a server calls its tools', () => {
  assert.deepEqual(safeNames(['a.b/c', 'a_b_c', ''], 'srv_'), ['srv_a_b_c', 'srv_a_b_c_2', 'srv_']);
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 100 })), fc.constantFrom('', 'p_'), (names, prefix) => {
      const safe = safeNames(names, prefix);
      assert.equal(new Set(safe).size, names.length);
      for (const name of safe) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
    }),
  );
});

test('schemas become plain objects without nulls', () => {
  const schema = portableSchema({
    $schema: 'http://json-schema.org/draft-07/schema#',
    anyOf: [
      { properties: { a: { type: ['string', 'null'] } }, required: ['a', 'c'] },
      { properties: { b: { anyOf: [{ type: 'integer' }, { type: 'null' }], description: 'B' } }, required: ['c'] },
    ],
    properties: { c: { type: 'boolean' } },
  });
  assert.deepEqual(schema, {
    type: 'object',
    properties: { b: { type: 'integer', description: 'B' }, a: { type: 'string' }, c: { type: 'boolean' } },
    required: ['c'],
  });
});
