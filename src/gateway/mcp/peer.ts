import type {
  CreateMessageRequest,
  CreateMessageResult,
  ElicitRequest,
  ElicitResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { ToolContext } from '../../agents/tools/tool.ts';

/** How serious a message for the client's log is. */
export type McpLogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** What a client asks its model, in the protocol's words. */
export type McpSampleRequest = CreateMessageRequest['params'];
/** What the client's model answered, in the protocol's words. */
export type McpSample = CreateMessageResult;
/** A form for the person at the client, in the protocol's words. */
export type McpForm = Extract<ElicitRequest['params'], { requestedSchema: unknown }>;
/** What the person answered, in the protocol's words. */
export type McpFormAnswer = ElicitResult;

/** The MCP client behind a call, for tools that want more of it than arguments. */
export interface McpPeer {
  /** Who calls: the name of the token over HTTP, `local` elsewhere. */
  readonly owner: string;
  /** What the client offers. */
  readonly offers: { readonly sampling: boolean; readonly samplingTools: boolean; readonly forms: boolean };
  /** Adds to the client's log, if its level lets it. */
  log(level: McpLogLevel, data: unknown): Promise<void>;
  /** Asks the client's model. @throws UNSUPPORTED where it offers none */
  sample(request: McpSampleRequest): Promise<McpSample>;
  /** Asks the person at the client. @throws UNSUPPORTED where it cannot */
  ask(form: McpForm): Promise<McpFormAnswer>;
  /** Ends the stream of this call over HTTP: the client comes back for the answer. */
  closeStream(): void;
}

const peerKey: unique symbol = Symbol.for('hrm-rex.mcp.peer');

interface PeerContext extends ToolContext {
  readonly [peerKey]?: McpPeer;
}

/** The MCP client that calls; undefined where the caller is none. */
export function peerOf(context: ToolContext): McpPeer | undefined {
  return (context as PeerContext)[peerKey];
}

/** A context that knows its client. */
export function withPeer(context: ToolContext, peer: McpPeer): ToolContext {
  return { ...context, [peerKey]: peer } as PeerContext;
}

/** Owner of calls that come from no client. */
export const localOwner = 'local';

/** Whose handles a call may use. */
export function ownerOf(context: ToolContext): string {
  return peerOf(context)?.owner ?? localOwner;
}
