import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { peerOf } from '../peer.ts';

/** A call that somebody decides about. */
export interface McpCall {
  readonly tool: Tool;
  readonly input: JsonObject;
  /** Whose call it is. */
  readonly owner: string;
  /** Whether a client asks for it, or code that a client had run. */
  readonly from: 'client' | 'code';
}

/** Lets a call pass (true), or refuses it, at best with a reason. */
export type McpApproval = (call: McpCall) => boolean | string | Promise<boolean | string>;

/** Passes, or throws TOOL_REFUSED. */
export type ToolCheck = (tool: Tool, input: Json, context: ToolContext, from?: McpCall['from']) => Promise<void>;

/** Decides by the given rule; without one, a tool that needs approval is asked about at the client. */
export function makeCheck(approve: McpApproval | undefined): ToolCheck {
  return async (tool, input, context, from = 'client') => {
    const given = (typeof input === 'object' && input !== null ? input : {}) as JsonObject;
    if (approve) {
      const answer = await approve({ tool, input: given, owner: peerOf(context)?.owner ?? 'local', from });
      if (answer !== true) throw refused(tool, typeof answer === 'string' ? answer : 'the server does not allow it');
      return;
    }
    if (tool.needsApproval(given)) await askPerson(tool, given, context);
  };
}

async function askPerson(tool: Tool, input: JsonObject, context: ToolContext): Promise<void> {
  const peer = peerOf(context);
  if (!peer?.offers.forms) throw refused(tool, 'it needs the agreement of a person, whom this client cannot ask');
  const shown = JSON.stringify(input).slice(0, 1000);
  const { action, content } = await peer.ask({
    mode: 'form',
    message: `Allow ${tool.name} with ${shown}?`,
    requestedSchema: {
      type: 'object',
      properties: { allow: { type: 'boolean', title: 'Allow', default: true } },
      required: ['allow'],
    },
  });
  if (action !== 'accept' || content?.allow !== true) throw refused(tool, 'the person at the client did not agree');
}

function refused({ name }: Tool, rule: string): RexError<'TOOL_REFUSED'> {
  return new RexError('TOOL_REFUSED', `${name} was refused: ${rule}`, { tool: name, rule });
}
