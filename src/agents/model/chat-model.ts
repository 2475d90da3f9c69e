import type { Json, JsonObject } from '../../core/json.ts';

/** A call of a tool that a model asked for. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Parsed arguments; the text itself where it was no JSON. */
  readonly input: Json;
}

/** What a tool answered. */
export interface ToolAnswer {
  readonly id: string;
  readonly name: string;
  readonly output: Json;
  /** Whether `output` tells a failure. */
  readonly isError: boolean;
}

/** One turn of a conversation. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls?: readonly ToolCall[] | undefined }
  | { readonly role: 'tool'; readonly answers: readonly ToolAnswer[] };

/** A tool as a model sees it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

/** Tokens that a request took; undefined where the provider does not say. */
export interface ChatUsage {
  readonly tokensIn?: number | undefined;
  readonly tokensOut?: number | undefined;
}

/** What a model is asked. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDescription[] | undefined;
  /** Default `auto`: the model may call tools. */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly tool: string } | undefined;
  /** Greatest number of tokens of the answer. Default: the model's own. */
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  /** The answer's text has to be JSON that fits, where the model can promise it. */
  readonly responseSchema?: JsonObject | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why an answer ended. */
export type FinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'error' | 'other';

/** A piece of an answer as it comes. The last one is `finish`. */
export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: ChatUsage };

/** A language model: one method, whoever provides it. */
export interface ChatModel {
  /** Such as `openai/gpt-5` or `scripted`. */
  readonly name: string;
  /**
   * Asks the model; the parts come as it answers. Leaving the loop or aborting `signal` ends the request.
   *
   * @throws MODEL_FAILED with `retryable` set where asking again may help
   */
  stream(request: ChatRequest): AsyncIterable<ChatPart>;
}
