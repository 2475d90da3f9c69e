import type { ChatPart, ChatUsage, FinishReason, ToolCall } from './chat-model.ts';

/** A whole answer of a model. */
export interface ChatAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** In the order in which the model asked. */
  readonly toolCalls: readonly ToolCall[];
  /** `error` where the stream ended without saying why. */
  readonly reason: FinishReason;
  readonly usage: ChatUsage;
}

/** Reads a stream of parts to its end. */
export async function collect(stream: AsyncIterable<ChatPart>): Promise<ChatAnswer> {
  let text = '';
  let reasoning = '';
  let reason: FinishReason = 'error';
  let usage: ChatUsage = {};
  const toolCalls: ToolCall[] = [];
  for await (const part of stream) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') reasoning += part.text;
    else if (part.type === 'tool-call') toolCalls.push(part.call);
    else ({ reason, usage } = part);
  }
  return { text, reasoning, toolCalls, reason, usage };
}
