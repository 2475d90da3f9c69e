import type { ChatMessage } from '../model/chat-model.ts';
import { estimateMessage } from '../model/estimate-tokens.ts';
import { cutOutput } from '../tools/cut-output.ts';

const LEFT_OUT = '[left out to save room]';
const CHARACTERS_PER_TOKEN = 4;

/**
 * A conversation of about `maxTokens`: the oldest outputs of tools are left out first, then the oldest turns, then the
 * newest outputs are cut. The system's text and the task, which are the first `kept` messages, stay whole.
 */
export function fitMessages(messages: readonly ChatMessage[], kept: number, maxTokens: number): readonly ChatMessage[] {
  let size = messages.reduce((sum, message) => sum + estimateMessage(message), 0);
  if (size <= maxTokens) return messages;
  const fitted = [...messages];
  const replace = (index: number, message: ChatMessage): void => {
    size += estimateMessage(message) - estimateMessage(fitted[index] as ChatMessage);
    fitted[index] = message;
  };
  const lastAnswer = fitted.findLastIndex(({ role }) => role === 'tool');
  for (let index = kept; index < lastAnswer && size > maxTokens; index++) {
    const message = fitted[index] as ChatMessage;
    if (message.role !== 'tool') continue;
    replace(index, { ...message, answers: message.answers.map((answer) => ({ ...answer, output: LEFT_OUT })) });
  }
  while (size > maxTokens) {
    const next = fitted.findIndex(({ role }, index) => index > kept && role === 'assistant');
    if (next < 0) break;
    for (const dropped of fitted.splice(kept, next - kept)) size -= estimateMessage(dropped);
  }
  const newest = fitted.findLastIndex(({ role }) => role === 'tool');
  const message = fitted[newest];
  if (size > maxTokens && message?.role === 'tool') {
    const room = Math.max(0, maxTokens - size + estimateMessage(message));
    const each = Math.floor((room * CHARACTERS_PER_TOKEN) / message.answers.length);
    replace(newest, {
      ...message,
      answers: message.answers.map((answer) => ({ ...answer, output: cutOutput(answer.output, each) })),
    });
  }
  return fitted;
}
