import type { Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import type { Tool } from '../../../agents/tools/tool.ts';

/** A tool as `tools/list` shows it; every hint is said, since the protocol's defaults are the worst case. */
export function describeTool({ name, title, description, inputSchema, outputSchema, annotations }: Tool): McpTool {
  const readOnlyHint = annotations.readOnly ?? false;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    inputSchema: inputSchema as McpTool['inputSchema'],
    ...(outputSchema === undefined ? {} : { outputSchema: outputSchema as NonNullable<McpTool['outputSchema']> }),
    annotations: {
      readOnlyHint,
      destructiveHint: annotations.destructive ?? !readOnlyHint,
      idempotentHint: annotations.idempotent ?? false,
      openWorldHint: annotations.openWorld ?? true,
    },
  };
}
