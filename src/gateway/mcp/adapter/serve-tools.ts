import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { withPeer } from '../peer.ts';
import type { ToolCheck } from './check-call.ts';
import { describeTool } from './describe-tool.ts';
import { type Client, makePeer } from './make-peer.ts';
import { toErrorResult, toResult } from './results.ts';

/** What the SDK tells about a request. */
export type RequestExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** What answering tools needs. */
export interface ToolService {
  readonly client: Client;
  readonly tools: () => readonly Tool[];
  readonly check: ToolCheck;
  readonly maxResultBytes: number;
}

/** Answers `tools/list` and `tools/call`. A failed call is a result that the model can act on, never a protocol error. */
export function serveTools(server: Server, { client, tools, check, maxResultBytes }: ToolService): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools().map(describeTool) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<CallToolResult> => {
    try {
      const tool = tools().find(({ name }) => name === params.name);
      if (!tool) throw unknownTool(params.name, tools());
      const context = contextOf(server, client, extra);
      const input = (params.arguments ?? {}) as Json;
      await check(tool, input, context);
      return toResult(tool, await tool.call(input, context), maxResultBytes);
    } catch (error) {
      return toErrorResult(error);
    }
  });
}

function contextOf(server: Server, client: Client, extra: RequestExtra): ToolContext {
  const { progressToken } = extra._meta ?? {};
  let counted = 0;
  const context: ToolContext = {
    signal: extra.signal,
    callId: String(extra.requestId),
    progress: ({ message, done, total }) => {
      if (progressToken === undefined || extra.signal.aborted) return;
      // The protocol wants a number that grows.
      counted = Math.max(done ?? counted + 1, counted);
      const params = { progressToken, progress: counted, ...(total === undefined ? {} : { total }) };
      const told = extra.sendNotification({
        method: 'notifications/progress',
        params: message === undefined ? params : { ...params, message },
      });
      told.catch(() => {});
    },
  };
  return withPeer(context, makePeer(server, client, extra));
}

function unknownTool(name: string, tools: readonly Tool[]): RexError<'TOOL_UNKNOWN'> {
  const known = tools.map((tool) => tool.name);
  const hint = `There are: ${known.join(', ')}.`;
  return new RexError('TOOL_UNKNOWN', `no tool ${JSON.stringify(name.slice(0, 80))}`, { tool: name, known }, { hint });
}
