import { RexError } from '../../core/errors.ts';
import { isJson, type Json } from '../../core/json.ts';
import { toCallOptions } from './ai-sdk-prompt.ts';
import type { AiSdkLanguageModel, AiSdkPart, AiSdkTokens } from './ai-sdk-types.ts';
import type { ChatModel, ChatPart, ChatRequest, FinishReason } from './chat-model.ts';
import { modelFailed } from './model-failed.ts';

const finishReasons: readonly string[] = ['stop', 'tool-calls', 'length', 'content-filter', 'error', 'other'];

/**
 * Makes a {@link ChatModel} of any Vercel AI SDK language model. Every OpenAI-compatible server works through
 * `createOpenAICompatible` of `@ai-sdk/openai-compatible`.
 */
export function fromAiSdk(model: AiSdkLanguageModel): ChatModel {
  const name = `${model.provider}/${model.modelId}`;
  return {
    name,
    async *stream(request) {
      const abort = new AbortController();
      const signal = request.signal ? AbortSignal.any([request.signal, abort.signal]) : abort.signal;
      let hasFinished = false;
      try {
        for await (const part of parts(model, request, signal)) {
          if (part.type === 'error') throw part.error;
          const own = toChatPart(part);
          if (own?.type === 'finish') hasFinished = true;
          if (own) yield own;
        }
        if (!hasFinished) throw modelFailed(name, 'the answer broke off', { retryable: true });
      } catch (error) {
        throw request.signal?.aborted
          ? modelFailed(name, 'the request was aborted', { cause: error })
          : toFailure(name, error);
      } finally {
        abort.abort();
      }
    },
  };
}

async function* parts(model: AiSdkLanguageModel, request: ChatRequest, signal: AbortSignal): AsyncGenerator<AiSdkPart> {
  signal.throwIfAborted();
  const { stream } = await model.doStream(toCallOptions(request, signal));
  const reader = (stream as ReadableStream<AiSdkPart>).getReader();
  const onAbort = (): void => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', onAbort);
    onAbort();
  }
}

function toChatPart(part: AiSdkPart): ChatPart | undefined {
  switch (part.type) {
    case 'text-delta':
      return part.delta ? { type: 'text', text: part.delta } : undefined;
    case 'reasoning-delta':
      return part.delta ? { type: 'reasoning', text: part.delta } : undefined;
    case 'tool-call': {
      // What the provider runs itself is no call for us.
      if (part.providerExecuted) return undefined;
      const { toolCallId = '', toolName = '', input } = part;
      return { type: 'tool-call', call: { id: toolCallId, name: toolName, input: parseInput(input) } };
    }
    case 'finish': {
      const { usage, finishReason } = part;
      const reason = typeof finishReason === 'object' ? finishReason.unified : finishReason;
      return {
        type: 'finish',
        reason: finishReasons.includes(reason ?? '') ? (reason as FinishReason) : 'other',
        usage: { tokensIn: tokens(usage?.inputTokens), tokensOut: tokens(usage?.outputTokens) },
      };
    }
    default:
      return undefined;
  }
}

/** Arguments come as JSON text; none at all means an empty object. */
function parseInput(input: unknown): Json {
  if (typeof input !== 'string') return isJson(input) ? input : null;
  if (input.trim() === '') return {};
  try {
    return JSON.parse(input) as Json;
  } catch {
    return input;
  }
}

function tokens(count: AiSdkTokens): number | undefined {
  const value = typeof count === 'object' ? count.total : count;
  return Number.isFinite(value) ? value : undefined;
}

/** Provider errors say whether to ask again; what is thrown by the network may pass. */
function toFailure(name: string, error: unknown): RexError {
  if (RexError.is(error)) return error;
  const { message, statusCode, isRetryable, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    message?: unknown;
    statusCode?: unknown;
    isRetryable?: unknown;
    code?: unknown;
  };
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  const isNetwork = error instanceof TypeError || typeof code === 'string';
  const reason = typeof message === 'string' && message !== '' ? message : String(error);
  const retryable = typeof isRetryable === 'boolean' ? isRetryable : isNetwork;
  return modelFailed(name, reason, { status, retryable, cause: error });
}
