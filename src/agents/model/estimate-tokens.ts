import type { ChatMessage, ChatRequest, ToolDescription } from './chat-model.ts';

const CHARACTERS_PER_TOKEN = 4;

/** About how many tokens text has: a quarter of its characters. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** About how many tokens a message has. */
export function estimateMessage(message: ChatMessage): number {
  switch (message.role) {
    case 'tool':
      return message.answers.reduce((sum, { output }) => sum + estimateTokens(textOf(output)), 0);
    case 'assistant': {
      const calls = message.toolCalls ?? [];
      const called = calls.reduce((sum, { name, input }) => sum + estimateTokens(name + textOf(input)), 0);
      return estimateTokens(message.content) + called;
    }
    default:
      return estimateTokens(message.content);
  }
}

/** About how many tokens a request has. */
export function estimateRequest({ messages, tools = [] }: ChatRequest): number {
  return messages.reduce((sum, message) => sum + estimateMessage(message), estimateTools(tools));
}

/** Sets of tools do not change, and are the same from turn to turn. */
const known = new WeakMap<readonly ToolDescription[], number>();

function estimateTools(tools: readonly ToolDescription[]): number {
  const size = known.get(tools) ?? estimateTokens(JSON.stringify(tools));
  known.set(tools, size);
  return size;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
