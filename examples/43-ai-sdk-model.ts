// An agent with a model of the Vercel AI SDK. With OPENAI_BASE_URL (any OpenAI-compatible server; OPENAI_API_KEY and
// OPENAI_MODEL where it wants them) a real model answers; otherwise a small server here plays one.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { agent, defineTool, fromAiSdk } from 'hrm-rex/agents';
import { run } from 'hrm-rex/orchestration';
import { z } from 'zod';

const { OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL = 'gpt-5-mini' } = process.env;
await using local = OPENAI_BASE_URL || OPENAI_API_KEY ? undefined : await startServer();
const provider = createOpenAICompatible({
  name: local ? 'local' : 'openai',
  baseURL: local?.url ?? OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
  includeUsage: true,
  ...(OPENAI_API_KEY ? { apiKey: OPENAI_API_KEY } : {}),
});

const seen: number[] = [];
const multiply = defineTool({
  name: 'multiply',
  description: 'Multiplies two whole numbers exactly',
  input: z.object({ a: z.int(), b: z.int() }),
  output: z.object({ product: z.int() }),
  annotations: { readOnly: true, openWorld: false },
  run: ({ a, b }) => {
    seen.push(a * b);
    return { product: a * b };
  },
});
const calculator = agent(
  {
    name: 'calculator',
    instructions: 'Calculate with the tool only. Then answer with the number.',
    limits: { steps: 6, tokens: 20_000 },
  },
  {
    decide: fromAiSdk(provider(OPENAI_MODEL)),
    tools: [multiply],
    onPart: (part) => part.type === 'text' && process.stdout.write(part.text),
  },
);

const running = run({ nodes: [{ id: 'ask', task: { goal: 'What is 12345 times 6789?' }, use: calculator.handle }] });
const { ask } = await running.result;
console.log('\n', running.spent());
assert.ok(seen.includes(83_810_205));
assert.match(String(ask).replace(/\D/g, ''), /83810205/);

/** Streams a call of the tool in pieces, and then the product that it was told. */
async function startServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] };
    const told = messages.at(-1);
    const isTold = told?.role === 'tool';
    const call = (more: object): object => ({ tool_calls: [{ index: 0, ...more }] });
    const deltas = isTold
      ? [{ content: 'It is ' }, { content: String(JSON.parse(told.content).product) }]
      : [
          call({ id: 'call-1', type: 'function', function: { name: 'multiply', arguments: '{"a": 123' } }),
          call({ function: { arguments: '45, "b": 6789}' } }),
        ];
    const send = (choice: object, more: object = {}): void => {
      const chunk = {
        id: '1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'local',
        choices: [choice],
        ...more,
      };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const delta of deltas) send({ index: 0, delta, finish_reason: null });
    const usage = { prompt_tokens: 80, completion_tokens: 12, total_tokens: 92 };
    send({ index: 0, delta: {}, finish_reason: isTold ? 'stop' : 'tool_calls' }, { usage });
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
