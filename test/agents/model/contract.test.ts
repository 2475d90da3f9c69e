import { after, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { fromAiSdk, modelFailed } from 'hrm-rex/agents';
import { type ChatModelBehaviour, chatModelContract, type ScriptedAnswer, scriptedModel } from 'hrm-rex/testing';
import { type OpenAiServer, openAiServer } from './openai-server.ts';

chatModelContract({
  test: (name, run) => void test(`scripted: ${name}`, run),
  makeModel: async (behaviour) => ({ model: scriptedModel(() => toScript(behaviour)) }),
});

const servers: OpenAiServer[] = [];
after(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

chatModelContract({
  test: (name, run) => void test(`AI SDK: ${name}`, run),
  makeModel: async (behaviour) => {
    const server = await openAiServer(behaviour);
    servers.push(server);
    const provider = createOpenAICompatible({ name: 'local', baseURL: server.url, includeUsage: true });
    return { model: fromAiSdk(provider('m')), ended: server.ended };
  },
});

function toScript({ text = [], failure, ...rest }: ChatModelBehaviour): ScriptedAnswer {
  const errors = {
    refuses: modelFailed('scripted', 'no such key'),
    overloaded: modelFailed('scripted', 'too busy', { retryable: true }),
    garbage: modelFailed('scripted', 'garbage'),
    'breaks-off': modelFailed('scripted', 'broke off', { retryable: true }),
    hangs: undefined,
  };
  return { ...rest, text: text.join(''), error: failure && errors[failure], hangs: failure === 'hangs' };
}
