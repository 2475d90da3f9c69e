import type { PromptMessage } from '@modelcontextprotocol/sdk/types.js';
import type { McpCaller } from './resources.ts';

/** A message of a prompt, in the protocol's words. */
export type McpPromptMessage = PromptMessage;

/** An argument of a prompt. */
export interface McpPromptArgument {
  readonly name: string;
  readonly description: string;
  /** Default false. */
  readonly required?: boolean | undefined;
  /** Values that begin with what was typed. */
  complete?(typed: string, caller: McpCaller): readonly string[];
}

/** A text that a person picks, with blanks to fill. */
export interface McpPrompt {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description: string;
  readonly arguments: readonly McpPromptArgument[];
  /** The prompt; a plain text is the user's message. */
  write(values: Readonly<Record<string, string>>, caller: McpCaller): string | readonly McpPromptMessage[];
}
