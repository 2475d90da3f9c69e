import type {
  CreateMessageRequest,
  CreateMessageResultWithTools,
  SamplingMessage,
} from '@modelcontextprotocol/sdk/types.js';
import type { ChatMessage, ChatModel, FinishReason, ToolCall } from '../../../agents/model/chat-model.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

const stopReasons: Partial<Record<FinishReason, string>> = {
  stop: 'endTurn',
  length: 'maxTokens',
  'tool-calls': 'toolUse',
};

/** Answers a server's request for a sample with a model of ours. */
export async function answerSample(
  model: ChatModel,
  params: CreateMessageRequest['params'],
  signal: AbortSignal,
): Promise<CreateMessageResultWithTools> {
  const { systemPrompt, messages, maxTokens, temperature, tools } = params;
  const system: ChatMessage[] = systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  const parts = model.stream({
    messages: [...system, ...messages.flatMap(toChat)],
    maxTokens,
    temperature,
    signal,
    ...(tools
      ? {
          tools: tools.map(({ name, description = '', inputSchema }) => ({
            name,
            description,
            inputSchema: inputSchema as JsonObject,
          })),
        }
      : {}),
  });
  let text = '';
  let reason: FinishReason = 'stop';
  const calls: ToolCall[] = [];
  for await (const part of parts) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'tool-call') calls.push(part.call);
    else if (part.type === 'finish') reason = part.reason;
  }
  const uses = calls.map(({ id, name, input }) => ({
    type: 'tool_use' as const,
    id,
    name,
    input: input as Record<string, unknown>,
  }));
  const words = text === '' && uses.length > 0 ? [] : [{ type: 'text' as const, text }];
  return {
    model: model.name,
    role: 'assistant',
    stopReason: stopReasons[reason] ?? reason,
    content: uses.length > 0 ? [...words, ...uses] : { type: 'text', text },
  };
}

function toChat({ role, content }: SamplingMessage): ChatMessage[] {
  const blocks = Array.isArray(content) ? content : [content];
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  const answers = blocks.flatMap((block) =>
    block.type === 'tool_result'
      ? [
          {
            id: block.toolUseId,
            name: '',
            output: JSON.parse(JSON.stringify(block.structuredContent ?? block.content)) as Json,
            isError: block.isError ?? false,
          },
        ]
      : [],
  );
  if (answers.length > 0) return [{ role: 'tool', answers }];
  if (role === 'user') return [{ role, content: text }];
  const toolCalls = blocks.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input as Json }] : [],
  );
  return [{ role, content: text, ...(toolCalls.length > 0 ? { toolCalls } : {}) }];
}
