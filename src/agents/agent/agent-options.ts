import type { Json } from '../../core/json.ts';
import type { Policy } from '../../orchestration/policy/policy.ts';
import type { Task } from '../../orchestration/task/task.ts';
import type { ChatMessage, ChatModel, ChatPart, ToolDescription } from '../model/chat-model.ts';
import type { ResourceLocks } from '../tools/resource-locks.ts';
import type { Tool } from '../tools/tool.ts';
import type { ToolRule } from '../tools/tool-rule.ts';

/** What a policy sees that decides the next turn of an agent. */
export interface AgentObservation {
  readonly task: Task;
  /** 1 for the first. */
  readonly turn: number;
  readonly messages: readonly ChatMessage[];
  /** Those that may be called now. */
  readonly tools: readonly ToolDescription[];
}

/** The next turn of an agent: calls of tools, or the end with an output. */
export interface AgentTurn {
  readonly toolCalls?:
    | readonly { readonly name: string; readonly input: Json; readonly id?: string | undefined }[]
    | undefined;
  /** The output, where nothing is called; what is said beside calls is a string. */
  readonly output?: Json | undefined;
}

/** What an agent remembers beyond one task. */
export interface AgentMemory {
  /** What it is told of it before a task. */
  render(task: Task): string | Promise<string>;
  /** Tools with which it reads and changes it. */
  tools?(): Iterable<Tool>;
  /** Takes note of each message of a task, once. */
  append?(message: ChatMessage, task: Task): void | Promise<void>;
}

/** Something lent for as long as an agent works, such as a session of a pool. */
export interface AgentLease<Leased> {
  readonly value: Leased;
  release(): void | PromiseLike<void>;
}

/** Who wants a lease. */
export interface LeaseWish {
  readonly agent: string;
  readonly task: Task;
  readonly signal: AbortSignal;
}

/** What an agent is made of besides its spec. */
export interface AgentOptions<Leased = undefined> {
  /** A language model, or a policy that decides each turn by itself. */
  readonly decide: ChatModel | Policy<AgentObservation, AgentTurn>;
  /** Its tools, or a function that makes them of what was leased. */
  readonly tools?: Iterable<Tool> | ((leased: Leased) => Iterable<Tool>) | undefined;
  readonly rules?: readonly ToolRule[] | undefined;
  readonly memory?: AgentMemory | undefined;
  /** Lends what the tools need; it is given back once, however the execution ends, also while the agent waits. */
  readonly lease?: ((wish: LeaseWish) => Promise<AgentLease<Leased>>) | undefined;
  /** Orders calls that share resources. Default: one of the agent's own; share one where agents share a workspace. */
  readonly locks?: ResourceLocks | undefined;
  /** About how many tokens of conversation the model is shown. Default 100,000. */
  readonly maxContextTokens?: number | undefined;
  /** Greatest length of one tool's output, in characters. Default 30,000. */
  readonly maxOutputLength?: number | undefined;
  /** Greatest length of one answer of the model, in characters; a longer one is broken off. Default 400,000. */
  readonly maxAnswerLength?: number | undefined;
  /** Greatest number of tokens of one answer. Default: the model's own. */
  readonly maxAnswerTokens?: number | undefined;
  readonly temperature?: number | undefined;
  /** Time without any part of an answer after which the model is given up. Default 120,000. */
  readonly modelIdleTimeoutMs?: number | undefined;
  /** Times in a row that an answer which will not do is sent back. Default 2. */
  readonly maxCorrections?: number | undefined;
  /** Time for an approval; none means no. Default 300,000. */
  readonly approvalTimeoutMs?: number | undefined;
  /** US dollars for a million tokens, for limits in money. Default 0. */
  readonly price?: { readonly usdPerMillionIn: number; readonly usdPerMillionOut: number } | undefined;
  /** Sees each part of the model's answers as it comes. */
  readonly onPart?: ((part: ChatPart, turn: number) => void) | undefined;
}
