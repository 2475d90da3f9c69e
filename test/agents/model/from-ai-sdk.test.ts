import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { defaultSettingsMiddleware, simulateReadableStream, wrapLanguageModel } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { type AiSdkLanguageModel, agent, type ChatMessage, collect, defineTool, fromAiSdk } from 'hrm-rex/agents';
import { run } from 'hrm-rex/orchestration';
import { z } from 'zod';
import { openAiServer } from './openai-server.ts';

const conversation: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Add.' },
  { role: 'assistant', content: 'I add.', toolCalls: [{ id: 'c1', name: 'add', input: { a: 1 } }] },
  {
    role: 'tool',
    answers: [
      { id: 'c1', name: 'add', output: { sum: 1 }, isError: false },
      { id: 'c2', name: 'add', output: 'bad', isError: true },
    ],
  },
];

test('the whole conversation, the tools and the settings reach the server', async () => {
  await using server = await openAiServer({ text: ['ok'] });
  const model = fromAiSdk(createOpenAICompatible({ name: 'local', baseURL: server.url })('m'));
  assert.equal(model.name, 'local.chat/m');
  const inputSchema = { type: 'object', properties: { a: { type: 'number' } } };
  await collect(
    model.stream({
      messages: conversation,
      tools: [{ name: 'add', description: 'adds', inputSchema }],
      toolChoice: 'required',
      maxTokens: 50,
      temperature: 0.5,
    }),
  );
  const [body] = server.bodies as [Record<string, unknown> & { messages: Record<string, unknown>[] }];
  assert.deepEqual(
    body.messages.map(({ role, content }) => [role, content]),
    [
      ['system', 'Be brief.'],
      ['user', 'Add.'],
      ['assistant', 'I add.'],
      ['tool', '{"sum":1}'],
      ['tool', 'bad'],
    ],
  );
  assert.deepEqual(body.messages[2]?.tool_calls, [
    { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
  ]);
  assert.deepEqual(body.tools, [
    { type: 'function', function: { name: 'add', description: 'adds', parameters: inputSchema } },
  ]);
  assert.equal(body.tool_choice, 'required');
  assert.equal(body.max_tokens, 50);
  assert.equal(body.temperature, 0.5);
});

for (const version of ['v2', 'v3', 'v4'] as const) {
  test(`a model of specification ${version} tells tokens and the reason in its own way`, async () => {
    const usage =
      version === 'v2'
        ? { inputTokens: 3, outputTokens: 4 }
        : { inputTokens: { total: 3 }, outputTokens: { total: 4 } };
    const finishReason = version === 'v2' ? 'length' : { unified: 'length', raw: 'max_tokens' };
    const parts = [
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-delta', id: '0', delta: 'hm' },
      { type: 'text-delta', id: '1', delta: 'hi' },
      { type: 'tool-call', toolCallId: 'p', toolName: 'search', input: '{}', providerExecuted: true },
      { type: 'tool-call', toolCallId: 'c', toolName: 'bad', input: '{"a":' },
      { type: 'finish', usage, finishReason },
    ];
    const model: AiSdkLanguageModel = {
      specificationVersion: version,
      provider: 'p',
      modelId: 'm',
      doStream: async () => ({ stream: ReadableStream.from(parts) as ReadableStream }),
    };
    const answer = await collect(fromAiSdk(model).stream({ messages: conversation }));
    assert.deepEqual(answer, {
      text: 'hi',
      reasoning: 'hm',
      toolCalls: [{ id: 'c', name: 'bad', input: '{"a":' }],
      reason: 'length',
      usage: { tokensIn: 3, tokensOut: 4 },
    });
  });
}

test('an agent fails with the reason of the provider, and says whether to ask again', async () => {
  for (const [failure, retryable] of [
    ['refuses', false],
    ['overloaded', true],
  ] as const) {
    await using server = await openAiServer({ failure });
    const decide = fromAiSdk(createOpenAICompatible({ name: 'local', baseURL: server.url })('m'));
    const tools = [defineTool({ name: 'noop', description: 'nothing', input: z.object({}), run: () => null })];
    const { handle } = agent({ name: 'a' }, { decide, tools });
    const error = await run({ nodes: [{ id: 'a', task: { goal: 'x' }, use: handle }] }).result.catch(
      (reason) => reason,
    );
    assert.equal(error.context.error.code, 'MODEL_FAILED');
    assert.equal(error.retryable, retryable);
  }
});

test('models that the AI SDK wraps are models too', async () => {
  const finish = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 2, text: 2, reasoning: 0 },
  };
  const mock = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'wrapped' },
          { type: 'text-end', id: '1' },
          { type: 'finish', usage: finish, finishReason: { unified: 'stop', raw: 'stop' } },
        ],
      }),
    }),
  });
  const middleware = defaultSettingsMiddleware({ settings: { temperature: 0.1 } });
  const answer = await collect(
    fromAiSdk(wrapLanguageModel({ model: mock, middleware })).stream({ messages: conversation }),
  );
  assert.deepEqual([answer.text, answer.usage], ['wrapped', { tokensIn: 1, tokensOut: 2 }]);
  assert.equal(mock.doStreamCalls[0]?.temperature, 0.1);
});
