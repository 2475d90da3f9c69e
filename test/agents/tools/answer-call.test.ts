import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerCall, defineTool, ResourceLocks, toolSet } from 'hrm-rex/agents';
import { z } from 'zod';

const signal = new AbortController().signal;
const context = { signal, callId: '1', progress: () => {} };
const locks = new ResourceLocks();

test('a long output is cut in its middle, with a mark that says how much is missing', async () => {
  const text = `begin ${'😀'.repeat(5_000)} end`;
  const tools = toolSet([
    defineTool({ name: 'long', description: 'd', input: z.object({}), run: () => text }),
    defineTool({
      name: 'list',
      description: 'd',
      input: z.object({}),
      run: () => ({ items: Array(1_000).fill('item') }),
    }),
  ]);
  const answer = await answerCall(tools, { id: '1', name: 'long', input: {} }, context, {
    locks,
    maxOutputLength: 1_000,
  });
  const output = answer.output as string;
  assert.match(output, /^begin 😀[\s\S]*\n\[… \d+ characters left out …\]\n[\s\S]* end$/u);
  assert.ok(output.length < 1_100 && !/\p{Surrogate}/u.test(output));
  const list = await answerCall(tools, { id: '2', name: 'list', input: {} }, context, { locks, maxOutputLength: 100 });
  assert.match(String(list.output), /^\{"items":.*left out/s);
});

test('an answer to an aborted call is no answer', async () => {
  const tools = toolSet([defineTool({ name: 'x', description: 'd', input: z.object({}), run: () => 1 })]);
  const aborted = { ...context, signal: AbortSignal.abort() };
  await assert.rejects(answerCall(tools, { id: '1', name: 'x', input: {} }, aborted, { locks }), {
    name: 'AbortError',
  });
});
