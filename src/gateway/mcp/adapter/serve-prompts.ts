import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpPrompt } from '../prompts.ts';
import type { McpCaller, McpResource } from '../resources.ts';

const mostValues = 100;

/** Answers about prompts. */
export function servePrompts(server: Server, prompts: readonly McpPrompt[], owner: string): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: prompts.map(({ name, title, description, arguments: given }) => ({
      name,
      ...(title === undefined ? {} : { title }),
      description,
      arguments: given.map((argument) => ({
        name: argument.name,
        description: argument.description,
        required: argument.required ?? false,
      })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: values = {} } }, { signal }) => {
    const prompt = prompts.find((each) => each.name === name);
    if (!prompt) throw new McpError(ErrorCode.InvalidParams, `Prompt not found: ${name.slice(0, 100)}`);
    const missing = prompt.arguments.filter((argument) => argument.required && !values[argument.name]);
    if (missing.length > 0) {
      throw new McpError(
        ErrorCode.InvalidParams,
        `${name} needs ${missing.map((argument) => argument.name).join(', ')}`,
      );
    }
    const written = prompt.write(values, { owner, signal });
    const text = (content: string) => [{ role: 'user' as const, content: { type: 'text' as const, text: content } }];
    return { description: prompt.description, messages: typeof written === 'string' ? text(written) : [...written] };
  });
}

/** Answers what can follow what was typed, for arguments of prompts and parts of URI templates. */
export function serveCompletions(
  server: Server,
  prompts: readonly McpPrompt[],
  resources: readonly McpResource[],
  owner: string,
): void {
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { ref, argument } }, { signal }) => {
    const caller = { owner, signal };
    const found =
      ref.type === 'ref/prompt'
        ? completePrompt(prompts, ref.name, argument, caller)
        : await resources.find(({ uri }) => uri === ref.uri)?.complete?.(argument.name, argument.value, caller);
    const values = found ?? [];
    return {
      completion: { values: values.slice(0, mostValues), total: values.length, hasMore: values.length > mostValues },
    };
  });
}

function completePrompt(
  prompts: readonly McpPrompt[],
  name: string,
  argument: { readonly name: string; readonly value: string },
  caller: McpCaller,
): readonly string[] | undefined {
  const prompt = prompts.find((each) => each.name === name);
  return prompt?.arguments.find((each) => each.name === argument.name)?.complete?.(argument.value, caller);
}
