import type { JsonObject } from '../../core/json.ts';
import type { ChatMessage, ChatRequest } from './chat-model.ts';

/** A request in the form of the AI SDK's language model specification, which v2 to v4 share. */
export function toCallOptions(request: ChatRequest, abortSignal: AbortSignal): Record<string, unknown> {
  const { messages, tools = [], toolChoice = 'auto', maxTokens, temperature, responseSchema } = request;
  return {
    prompt: messages.map(toPromptMessage),
    ...(tools.length > 0 ? { tools: tools.map((tool) => ({ type: 'function', ...tool })) } : {}),
    ...(tools.length > 0 ? { toolChoice: toToolChoice(toolChoice) } : {}),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(responseSchema ? { responseFormat: { type: 'json', schema: responseSchema as JsonObject } } : {}),
    abortSignal,
  };
}

function toToolChoice(choice: NonNullable<ChatRequest['toolChoice']>): object {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.tool };
}

function toPromptMessage(message: ChatMessage): object {
  switch (message.role) {
    case 'system':
      return message;
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.content }] };
    case 'assistant': {
      const text = message.content === '' ? [] : [{ type: 'text', text: message.content }];
      const calls = (message.toolCalls ?? []).map(({ id, name, input }) => ({
        type: 'tool-call',
        toolCallId: id,
        toolName: name,
        input,
      }));
      return { role: 'assistant', content: [...text, ...calls] };
    }
    case 'tool':
      return {
        role: 'tool',
        content: message.answers.map(({ id, name, output, isError }) => ({
          type: 'tool-result',
          toolCallId: id,
          toolName: name,
          output:
            typeof output === 'string'
              ? { type: isError ? 'error-text' : 'text', value: output }
              : { type: isError ? 'error-json' : 'json', value: output },
        })),
      };
  }
}
