import type { CallToolResult, Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { mcpContent } from '../content.ts';
import type { McpToolsOptions } from './mcp-tools-options.ts';
import { portableSchema } from './portable-schema.ts';

/** A tool as its server calls it. */
export interface RemoteName {
  readonly name: string;
  /** It only reads, or does the same when done twice: a call whose answer was lost is made again. */
  readonly mayRepeat: boolean;
}

/** Calls a tool of a server. */
export type RemoteCall = (tool: RemoteName, input: JsonObject, context: ToolContext) => Promise<CallToolResult>;

/** A server's tool as one of ours. */
export function remoteTool(
  remote: McpTool,
  name: string,
  server: string,
  call: RemoteCall,
  options: McpToolsOptions,
): Tool {
  const { title, description, inputSchema, outputSchema, annotations = {} } = remote;
  const readOnly = annotations.readOnlyHint ?? false;
  const idempotent = annotations.idempotentHint ?? false;
  const called = { name: remote.name, mayRepeat: readOnly || idempotent };
  const shownTitle = title ?? annotations.title;
  const tool: Tool = {
    name,
    ...(shownTitle === undefined ? {} : { title: shownTitle }),
    description: description?.trim() || shownTitle || remote.name,
    inputSchema: portableSchema(inputSchema as JsonObject),
    ...(outputSchema ? { outputSchema: outputSchema as JsonObject } : {}),
    annotations: {
      readOnly,
      destructive: annotations.destructiveHint ?? !readOnly,
      idempotent,
      openWorld: annotations.openWorldHint ?? true,
    },
    needsApproval: (input) => options.needsApproval?.(tool, input) ?? false,
    // Calls that change something may depend on one another's order.
    resources: () => [{ key: `mcp:${server}`, mode: readOnly ? 'read' : 'write' }],
    call: async (input, context) => {
      context.signal.throwIfAborted();
      return toOutput(name, await call(called, toObject(name, input), context), server);
    },
  };
  return tool;
}

function toObject(tool: string, input: Json): JsonObject {
  if (isJsonObject(input)) return input;
  const faults = [{ path: '', message: 'expected an object' }];
  throw new RexError('TOOL_INPUT_INVALID', `${tool}: its input is an object`, { tool, faults });
}

/** What a server answered: its structured form, else its text, else its blocks. @throws MCP_FAILED where it tells a failure */
function toOutput(tool: string, { content = [], structuredContent, isError }: CallToolResult, server: string): Json {
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  if (isError) {
    const reason = texts.join('\n') || 'it did not say why';
    throw new RexError('MCP_FAILED', `${tool}: ${reason}`, { server, reason });
  }
  if (structuredContent !== undefined) return structuredContent as JsonObject;
  return texts.length === content.length ? texts.join('\n') : mcpContent(content);
}
