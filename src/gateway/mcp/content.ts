import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { Json } from '../../core/json.ts';

/** A piece of content in the protocol's words: text, image, audio, a resource or a link to one. */
export type McpContentBlock = ContentBlock;

/** What a tool answers that has more to show than JSON. */
export interface McpContent {
  /** Shown in this order. */
  readonly mcpContent: readonly Json[];
}

/** An answer with images, audio or resources, for clients that show them; agents see it as JSON. */
export function mcpContent(blocks: readonly McpContentBlock[]): Json {
  return { mcpContent: JSON.parse(JSON.stringify(blocks)) as Json[] } satisfies McpContent;
}

/** The blocks of an answer made by {@link mcpContent}. */
export function contentOf(output: Json): CallToolResult['content'] | undefined {
  if (typeof output !== 'object' || output === null || !('mcpContent' in output)) return undefined;
  return (output as unknown as { readonly mcpContent: CallToolResult['content'] }).mcpContent;
}
