import type { ChatModel } from '../../../agents/model/chat-model.ts';
import type { Tool } from '../../../agents/tools/tool.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { McpForm, McpFormAnswer } from '../peer.ts';

/** How an MCP server's tools are used. All optional. */
export interface McpToolsOptions {
  /** Put before every name, such as `github_`. Default: nothing. */
  readonly prefix?: string | undefined;
  /** Which tools are taken, by the server's name for them. Default: all. */
  readonly filter?: ((name: string) => boolean) | undefined;
  /** Whether a person has to agree to a call. Default: never. */
  readonly needsApproval?: ((tool: Tool, input: JsonObject) => boolean) | undefined;
  /** Longest time of a call without progress. Default 300,000. */
  readonly timeoutMs?: number | undefined;
  /** Longest time of a connection's beginning. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Name that the server is told. Default `hrm-rex`. */
  readonly name?: string | undefined;
  /** Offers this model to the server (sampling). */
  readonly model?: ChatModel | undefined;
  /** Answers forms that the server asks for (elicitation); fields without an answer take their defaults. */
  readonly onForm?: ((form: McpForm, signal: AbortSignal) => McpFormAnswer | Promise<McpFormAnswer>) | undefined;
  /** Told when the server's tools have changed. */
  readonly onChange?: ((tools: readonly Tool[]) => void) | undefined;
  /** Hears what a server that is a process prints on standard error, and which of its tools cannot be understood. */
  readonly onLog?: ((text: string) => void) | undefined;
}
