import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { z } from 'zod';
import { defineTool } from '../../../src/agents/index.ts';
import { createMcpProvider, type McpPreset } from '../../../src/gateway/mcp/index.ts';
import { connect } from './support.ts';

const fourteen = [
  ...['sandbox_create', 'sandbox_list', 'sandbox_destroy', 'exec', 'run_code', 'job_read', 'job_input', 'job_cancel'],
  ...['file_read', 'file_write', 'file_search', 'agent_run', 'agent_status', 'agent_cancel'],
];

test('all offers fourteen tools with output schemas and every hint, in at most 2,800 tokens', async () => {
  await using pair = await connect();
  const list = await pair.client.listTools();
  assert.deepEqual(
    list.tools.map(({ name }) => name),
    fourteen,
  );
  for (const { name, title, description, inputSchema, outputSchema, annotations = {} } of list.tools) {
    assert.ok(title && description, name);
    assert.equal(inputSchema.type, 'object', name);
    assert.equal(outputSchema?.type, 'object', name);
    const hints = ['destructiveHint', 'idempotentHint', 'openWorldHint', 'readOnlyHint'];
    assert.deepEqual(Object.keys(annotations).sort(), hints, name);
    assert.doesNotMatch(JSON.stringify([inputSchema, outputSchema]), /"(anyOf|oneOf|allOf|\$ref)"|"type":\[/, name);
  }
  const tokens = encode(JSON.stringify(list)).length;
  assert.ok(tokens <= 2800, `${tokens} tokens`);
});

test('presets offer parts of the list', async () => {
  const sizes: [McpPreset, string[]][] = [
    ['minimal', ['exec', 'job_read', 'job_input', 'job_cancel', 'file_read', 'file_write', 'file_search']],
    ['sandbox', fourteen.slice(0, 11)],
    [
      'agents',
      [
        'sandbox_create',
        'sandbox_list',
        'sandbox_destroy',
        'job_read',
        'file_read',
        'agent_run',
        'agent_status',
        'agent_cancel',
      ],
    ],
    ['codemode', ['search_tools', 'run_code', 'job_read']],
  ];
  for (const [preset, names] of sizes) {
    await using pair = await connect({ preset });
    assert.deepEqual(
      (await pair.client.listTools()).tools.map(({ name }) => name),
      names,
    );
  }
  assert.throws(() => createMcpProvider({ preset: 'none' as McpPreset }), { code: 'INVALID_ARGUMENT' });
});

const add = defineTool({
  name: 'add',
  description: 'Add two numbers',
  input: z.object({ a: z.number(), b: z.number() }),
  output: z.object({ sum: z.number() }),
  annotations: { readOnly: true, openWorld: false },
  run: ({ a, b }) => ({ sum: a + b }),
});

test('an application adds tools of its own, and clients are told when they change', async () => {
  await using pair = await connect({ tools: [add] });
  assert.deepEqual((await pair.call('add', { a: 1, b: 2 })).value, { sum: 3 });
  const told = new Promise<void>((resolve) => {
    pair.client.fallbackNotificationHandler = async ({ method }) => {
      if (method === 'notifications/tools/list_changed') resolve();
    };
  });
  pair.provider.setTools([]);
  await told;
  assert.equal((await pair.client.listTools()).tools.length, 14);
  assert.throws(() => pair.provider.setTools([add, add]), /tools with different names/);
});

test('a tool that needs approval asks the person at the client, and is refused where nobody can be asked', async () => {
  const guarded = defineTool({
    name: 'launch',
    description: 'Launch',
    input: z.object({}),
    needsApproval: true,
    run: () => 'launched',
  });
  await using pair = await connect({ tools: [guarded] });
  const refused = await pair.call('launch');
  assert.equal(refused.isError, true);
  assert.match(refused.text, /TOOL_REFUSED: .*agreement of a person/);
  const asked: unknown[] = [];
  await using allowing = await connect({
    tools: [guarded],
    approve: ({ tool, owner, from }) => {
      asked.push(tool.name, owner, from);
      return true;
    },
  });
  assert.equal((await allowing.call('launch')).text, 'launched');
  assert.deepEqual(asked, ['launch', 'local', 'client']);
});

test('an answer that is too large becomes an error with its beginning and its end', async () => {
  const large = defineTool({
    name: 'large',
    description: 'Large',
    input: z.object({}),
    run: () => `begin${'x'.repeat(300_000)}end`,
  });
  await using pair = await connect({ tools: [large] });
  const answer = await pair.call('large');
  assert.equal(answer.isError, true);
  assert.ok(answer.text.length < 30_000);
  assert.match(answer.text, /300008 bytes[\s\S]*begin[\s\S]*characters omitted[\s\S]*end$/);
});
