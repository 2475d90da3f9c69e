import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { Protocol, type RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  type CallToolResult,
  ListToolsRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
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
  onCall(server, async ({ params = {} }, extra) => {
    try {
      const tool = tools().find(({ name }) => name === params.name);
      if (!tool) throw unknownTool(params.name, tools());
      const context = contextOf(server, client, extra);
      const input = argumentsOf(tool, params.arguments ?? {});
      await check(tool, input, context);
      return toResult(tool, await tool.call(input, context), maxResultBytes);
    } catch (error) {
      return toErrorResult(error);
    }
  });
}

/** A call as it may come: what its arguments are is for the tool to say. */
const callSchema = z.object({
  method: z.literal('tools/call'),
  params: z.looseObject({ name: z.unknown().optional(), arguments: z.unknown().optional() }).optional(),
});

/** Beside the server's own method, which answers wrong arguments by a protocol error that no model sees. */
function onCall(
  server: Server,
  answer: (call: z.infer<typeof callSchema>, extra: RequestExtra) => Promise<CallToolResult>,
): void {
  type Register = (this: Server, schema: typeof callSchema, handler: typeof answer) => void;
  (Protocol.prototype.setRequestHandler as Register).call(server, callSchema, answer);
}

function argumentsOf({ name }: Tool, given: unknown): JsonObject {
  if (isJsonObject(given as Json)) return given as JsonObject;
  const hint = 'Call it again with arguments that fit its input schema.';
  const faults = [{ path: '', message: 'expected an object' }];
  const message = `${name}: its arguments are an object, such as {}`;
  throw new RexError('TOOL_INPUT_INVALID', message, { tool: name, faults }, { hint });
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
      counted = done !== undefined && done > counted ? done : counted + (done === undefined ? 1 : 0.001);
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

function unknownTool(given: unknown, tools: readonly Tool[]): RexError<'TOOL_UNKNOWN'> {
  const name = String(given);
  const known = tools.map((tool) => tool.name);
  const hint = `There are: ${known.join(', ')}.`;
  return new RexError('TOOL_UNKNOWN', `no tool ${JSON.stringify(name.slice(0, 80))}`, { tool: name, known }, { hint });
}
