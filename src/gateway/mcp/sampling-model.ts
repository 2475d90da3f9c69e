import type { SamplingMessage, SamplingMessageContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { ChatMessage, ChatModel, ChatPart, ChatRequest, FinishReason } from '../../agents/model/chat-model.ts';
import type { ToolContext } from '../../agents/tools/tool.ts';
import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type McpPeer, type McpSample, type McpSampleRequest, peerOf } from './peer.ts';

const defaultMaxTokens = 4096;
const reasons: Readonly<Record<string, FinishReason>> = {
  endTurn: 'stop',
  stopSequence: 'stop',
  maxTokens: 'length',
  toolUse: 'tool-calls',
};

/**
 * The client's own model (sampling), for a tool that an MCP client calls. Ask `peerOf(context)?.offers.sampling` first.
 * @throws UNSUPPORTED when the caller offers no model
 */
export function samplingModel(context: ToolContext): ChatModel {
  const peer = peerOf(context);
  if (!peer?.offers.sampling) {
    const hint = 'Check `peerOf(context)?.offers.sampling`, and use another model where it is not offered.';
    throw new RexError('UNSUPPORTED', 'the caller offers no model', { feature: 'sampling' }, { hint });
  }
  return { name: 'mcp/sampling', stream: (request) => stream(peer, request) };
}

async function* stream(peer: McpPeer, request: ChatRequest): AsyncGenerator<ChatPart> {
  const { tools = [], signal } = request;
  if (tools.length > 0 && !peer.offers.samplingTools) {
    throw new RexError('UNSUPPORTED', "the client's model takes no tools", { feature: 'sampling with tools' });
  }
  signal?.throwIfAborted();
  const answer = await ask(peer, toSampleRequest(request));
  signal?.throwIfAborted();
  const blocks = (
    Array.isArray(answer.content) ? answer.content : [answer.content]
  ) as readonly SamplingMessageContentBlock[];
  for (const block of blocks) {
    if (block.type === 'text') yield { type: 'text', text: block.text };
    if (block.type === 'tool_use')
      yield { type: 'tool-call', call: { id: block.id, name: block.name, input: block.input as Json } };
  }
  yield { type: 'finish', reason: reasons[answer.stopReason ?? 'endTurn'] ?? 'other', usage: {} };
}

async function ask(peer: McpPeer, request: McpSampleRequest): Promise<McpSample> {
  try {
    return await peer.sample(request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RexError(
      'MODEL_FAILED',
      `the client's model failed: ${reason}`,
      { model: 'mcp/sampling', reason },
      { cause: error },
    );
  }
}

function toSampleRequest({
  messages,
  tools = [],
  toolChoice,
  maxTokens = defaultMaxTokens,
  temperature,
}: ChatRequest): McpSampleRequest {
  const system = messages.flatMap(({ role, ...rest }) =>
    role === 'system' ? [(rest as { readonly content: string }).content] : [],
  );
  const mode = typeof toolChoice === 'object' ? 'required' : toolChoice;
  return {
    messages: messages.flatMap(toSampling),
    maxTokens,
    ...(system.length > 0 ? { systemPrompt: system.join('\n\n') } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...(tools.length > 0
      ? {
          tools: tools.map(({ name, description, inputSchema }) => ({
            name,
            description,
            inputSchema: { ...inputSchema, type: 'object' as const },
          })),
          ...(mode === undefined ? {} : { toolChoice: { mode } }),
        }
      : {}),
  } as McpSampleRequest;
}

function toSampling(message: ChatMessage): SamplingMessage[] {
  switch (message.role) {
    case 'system':
      return [];
    case 'user':
      return [{ role: 'user', content: { type: 'text', text: message.content } }];
    case 'tool':
      return [
        {
          role: 'user',
          content: message.answers.map(({ id, output, isError }) => ({
            type: 'tool_result' as const,
            toolUseId: id,
            content: [{ type: 'text' as const, text: typeof output === 'string' ? output : JSON.stringify(output) }],
            isError,
          })),
        },
      ];
    case 'assistant': {
      const calls = message.toolCalls ?? [];
      const text = { type: 'text' as const, text: message.content };
      const uses = calls.map(({ id, name, input }) => ({
        type: 'tool_use' as const,
        id,
        name,
        input: input as Record<string, unknown>,
      }));
      return [
        { role: 'assistant', content: uses.length > 0 ? [...(message.content === '' ? [] : [text]), ...uses] : text },
      ];
    }
  }
}
