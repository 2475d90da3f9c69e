import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { RexError } from 'hrm-rex';
import { defineTool, type Tool, type ToolContext, toolSet } from 'hrm-rex/agents';
import * as v from 'valibot';
import { z } from 'zod';

const context: ToolContext = { signal: new AbortController().signal, callId: '1', progress: () => {} };
const described = {
  type: 'object',
  properties: { path: { type: 'string' }, lines: { type: 'array', items: { type: 'number' } } },
  required: ['path'],
};
const base = { name: 'read', description: 'reads', run: (input: unknown) => input };

const kinds: Record<string, () => Tool> = {
  zod: () => defineTool({ ...base, input: z.object({ path: z.string(), lines: z.array(z.number()).optional() }) }),
  valibot: () =>
    defineTool({
      ...base,
      input: toStandardJsonSchema(v.object({ path: v.string(), lines: v.optional(v.array(v.number())) })),
    }),
  'a schema beside its JSON Schema': () =>
    defineTool({
      ...base,
      input: { schema: v.object({ path: v.string(), lines: v.optional(v.array(v.number())) }), jsonSchema: described },
    }),
  'JSON Schema': () => defineTool({ ...base, input: described }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: one plain object describes the input, and every fault is told with its path`, async () => {
    const tool = make();
    assert.deepEqual(tool.inputSchema, described);
    assert.deepEqual(await tool.call({ path: 'a', lines: [1] }, context), { path: 'a', lines: [1] });
    const error = await tool.call({ path: 1, lines: [1, 'x'] }, context).catch((reason) => reason);
    assert.ok(RexError.is(error, 'TOOL_INPUT_INVALID'));
    assert.deepEqual(
      error.context.faults.map(({ path }) => path),
      ['path', 'lines[1]'],
    );
    for (const { message } of error.context.faults) assert.match(message, /expect/i);
    for (const wrong of [null, 'text', 7, []]) {
      await assert.rejects(tool.call(wrong, context), { code: 'TOOL_INPUT_INVALID' });
    }
  });
}

test('defaults and transformations of the schema reach the tool', async () => {
  const input = z.object({ text: z.string().transform((text) => text.length), times: z.number().default(2) });
  const tool = defineTool({ name: 't', description: 'd', input, run: ({ text, times }) => text * times });
  assert.deepEqual(tool.inputSchema.required, ['text']);
  assert.equal(await tool.call({ text: 'abc' }, context), 6);
});

test('an output is checked, and nothing is answered as null', async () => {
  const output = z.object({ n: z.number() });
  const make = (value: unknown) => defineTool({ ...base, input: z.object({}), output, run: () => value as never });
  assert.equal(make({}).outputSchema?.type, 'object');
  assert.deepEqual(await make({ n: 1 }).call({}, context), { n: 1 });
  await assert.rejects(make({ n: '1' }).call({}, context), { code: 'TOOL_OUTPUT_INVALID', message: /n: .*number/ });
  const plain = (value: unknown) => defineTool({ ...base, input: z.object({}), run: () => value });
  assert.equal(await plain(undefined).call({}, context), null);
  await assert.rejects(plain({ at: new Date(0) }).call({}, context), {
    code: 'TOOL_OUTPUT_INVALID',
    message: /output\.at/,
  });
});

test('names, descriptions and schemas that nobody could use are refused at the definition', () => {
  const good = { ...base, input: z.object({}) };
  for (const name of ['', 'with space', 'a/b', 'ü', 'x'.repeat(65), 1 as never]) {
    assert.throws(() => defineTool({ ...good, name }), { code: 'INVALID_ARGUMENT' });
  }
  assert.throws(() => defineTool({ ...good, description: ' ' }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => defineTool({ ...good, run: undefined as never }), { code: 'INVALID_ARGUMENT' });
  const schemas: unknown[] = [
    z.string(),
    z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    z.object({ at: z.date() }),
    v.object({}),
    { type: 'string' },
    { type: 'object', properties: { a: { type: 'nothing' } } },
    null,
    'schema',
  ];
  for (const input of schemas)
    assert.throws(() => defineTool({ ...good, input: input as never }), { code: 'INVALID_ARGUMENT' });
});

test('approval and resources are asked of the input; an input that does not fit needs neither a lock nor a risk', () => {
  const tool = defineTool({
    name: 'write',
    description: 'writes',
    input: z.object({ path: z.string() }),
    run: () => null,
    needsApproval: ({ path }) => path.startsWith('/'),
    resources: ({ path }) => [{ key: `file:${path}`, mode: 'write' }],
  });
  assert.equal(tool.needsApproval({ path: '/etc' }), true);
  assert.equal(tool.needsApproval({ path: 'src' }), false);
  assert.equal(tool.needsApproval({ path: 1 }), false);
  const unsure = () => assert.fail('cannot say');
  const broken = defineTool({ ...base, input: z.object({}), needsApproval: unsure, resources: unsure });
  assert.equal(broken.needsApproval({}), true);
  assert.deepEqual(broken.resources({}), []);
  assert.deepEqual(tool.resources({ path: 'src' }), [{ key: 'file:src', mode: 'write' }]);
  assert.deepEqual(tool.resources({ path: 1 }), []);
});

test('a set keeps the order and each name once; it picks, leaves out, merges and renames', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) =>
    defineTool({ ...base, name, input: z.object({}), run: () => name }),
  ) as [Tool, Tool, Tool];
  const set = toolSet([a, b]);
  assert.deepEqual(set.merge([c]).pick(['c', 'a']).names, ['a', 'c']);
  assert.deepEqual(set.omit(['a']).names, ['b']);
  assert.deepEqual(
    set.describe().map(({ name }) => name),
    ['a', 'b'],
  );
  assert.throws(() => toolSet([a, a]), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => set.merge([a]), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => set.pick(['x']), { code: 'TOOL_UNKNOWN' });
  assert.throws(() => set.rename({ a: 'b' }), { code: 'INVALID_ARGUMENT' });
  const renamed = set.rename((name) => `git_${name}`);
  assert.deepEqual(renamed.names, ['git_a', 'git_b']);
  assert.equal(await renamed.require('git_a').call({}, context), 'a');
});
