/**
 * The part of a Vercel AI SDK language model that is used here: specification v2 (`ai` 5), v3 (`ai` 6) or v4 (`ai` 7).
 * Every provider package of the AI SDK makes such models.
 */
export interface AiSdkLanguageModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  // Options differ between the specifications only in members that are not used here.
  // biome-ignore lint/suspicious/noExplicitAny: each specification has a type of its own for the same members
  doStream(options: any): PromiseLike<{ readonly stream: ReadableStream<any> }>;
}

/** A part of an AI SDK stream, of any specification. */
export interface AiSdkPart {
  readonly type: string;
  readonly delta?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly providerExecuted?: boolean;
  readonly error?: unknown;
  readonly finishReason?: string | { readonly unified?: string };
  readonly usage?: { readonly inputTokens?: AiSdkTokens; readonly outputTokens?: AiSdkTokens };
}

/** A number of tokens: plain in v2, with its parts later. */
export type AiSdkTokens = number | { readonly total?: number | undefined } | undefined;
