import type { Json, JsonObject } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import type { Task } from '../../orchestration/task/task.ts';

/** What a tool may do to its world, for whoever decides whether a call needs a person. Hints, never a guard. */
export interface ToolAnnotations {
  /** Changes nothing. Default false. */
  readonly readOnly?: boolean | undefined;
  /** May overwrite or remove what was there. Default true unless it is read-only. */
  readonly destructive?: boolean | undefined;
  /** The same call twice does no more than once. Default false. */
  readonly idempotent?: boolean | undefined;
  /** Reaches beyond its sandbox. Default true. */
  readonly openWorld?: boolean | undefined;
}

/** How far a call is. */
export interface ToolProgress {
  readonly message?: string | undefined;
  readonly done?: number | undefined;
  readonly total?: number | undefined;
}

/** The work of an agent that a call belongs to. */
export interface AgentWork {
  readonly task: Task;
  readonly context: HandlerContext;
  /** Lets something end with this execution of the agent, whatever its outcome. */
  defer(cleanup: () => void | Promise<void>): void;
  /** What the call left when it had to wait, and the answer to that; see {@link CallWaits}. */
  readonly resumed?: { readonly snapshot: Json; readonly answer: Json } | undefined;
}

/** What a tool is given besides its input, whoever calls: an agent, an MCP client, a program. */
export interface ToolContext {
  /** Aborts when the result is no longer wanted; hand it to everything that is started. */
  readonly signal: AbortSignal;
  /** Identity of the call, unique among those of its caller. */
  readonly callId: string;
  /** Name of the agent that calls, where one does. */
  readonly agent?: string | undefined;
  /** Present where an agent calls, absent for other callers. */
  readonly work?: AgentWork | undefined;
  /** Tells the caller how far the call is. */
  progress(progress: ToolProgress): void;
}

/** Something that a call uses: calls that share a key run one after another unless all of them only read it. */
export interface ResourceUse {
  /** Such as `file:/work/a.ts` or `session:main`. */
  readonly key: string;
  readonly mode: 'read' | 'write';
}

/**
 * Something that can be called with a JSON object and answers a JSON value, described so that a model can choose it.
 * One list of tools feeds agents in this process, MCP clients and code mode alike.
 */
export interface Tool {
  /** `snake_case`, `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly name: string;
  readonly title?: string | undefined;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the input: a plain object. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of the output, where it is known: a plain object. */
  readonly outputSchema?: JsonObject | undefined;
  readonly annotations: ToolAnnotations;
  /** Whether an agent may see the tool in this work. Default: always. */
  isOffered?(work: AgentWork): boolean;
  /** Whether a person has to agree before this call. */
  needsApproval(input: JsonObject): boolean;
  /** What this call uses; calls that name nothing run at the same time as all others. */
  resources(input: JsonObject): readonly ResourceUse[];
  /**
   * Checks the input, runs the tool and checks its output.
   *
   * @throws TOOL_INPUT_INVALID with every fault of the input, TOOL_OUTPUT_INVALID, and whatever the tool throws
   */
  call(input: Json, context: ToolContext): Promise<Json>;
}
