import { RexError } from '../../../core/errors.ts';
import { askModel } from '../../agent/ask-model.ts';
import type { ChatMessage, ChatModel } from '../../model/chat-model.ts';
import type { CodeWriter } from './language-agent.ts';

/** A writer that asks a model; it takes the last code block of the answer, else all of it. */
export function writeByModel(model: ChatModel): CodeWriter {
  return async (task, last, { language, signal }) => {
    const messages: ChatMessage[] = [
      {
        role: 'system',
        content: `You write ${language.name}. ${language.advice} Answer with one code block that holds the whole main file.`,
      },
      { role: 'user', content: describeTask(task.goal, task.constraints, task.input) },
    ];
    if (last) {
      messages.push({ role: 'assistant', content: `\`\`\`\n${last.code}\n\`\`\`` });
      messages.push({ role: 'user', content: `It fails: ${last.summary}\nAnswer with the whole corrected file.` });
    }
    const { text } = await askModel(model, { messages, toolChoice: 'none' }, { signal });
    const code = readCode(text);
    if (code.trim() !== '') return code;
    const problem = 'its answer holds no code';
    throw new RexError('MODEL_ANSWER_INVALID', `${model.name}: ${problem}`, { model: model.name, problem });
  };
}

function describeTask(goal: string, constraints: readonly string[] = [], input: unknown): string {
  const lines = [goal, ...constraints.map((constraint) => `- ${constraint}`)];
  return input === undefined ? lines.join('\n') : `${lines.join('\n')}\nIt is checked with: ${JSON.stringify(input)}`;
}

/** The last code block of a text, else the text. */
export function readCode(text: string): string {
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)];
  return blocks.at(-1)?.[1] ?? text;
}
