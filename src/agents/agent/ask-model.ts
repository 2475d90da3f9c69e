import { type Clock, systemClock } from '../../core/clock.ts';
import { RexError } from '../../core/errors.ts';
import type { ChatModel, ChatPart, ChatRequest } from '../model/chat-model.ts';
import { type ChatAnswer, collect } from '../model/collect.ts';
import { modelFailed } from '../model/model-failed.ts';

/** How a model is held to an end. All optional. */
export interface AskOptions {
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Time without any part of an answer after which the model is given up. Default 120,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Greatest length of an answer, in characters. Default 400,000. */
  readonly maxAnswerLength?: number | undefined;
  readonly onPart?: ((part: ChatPart) => void) | undefined;
}

/**
 * Asks a model and waits for its whole answer.
 *
 * @throws MODEL_FAILED, also for a model that falls silent (retryable) or does not stop
 */
export async function askModel(model: ChatModel, request: ChatRequest, options: AskOptions = {}): Promise<ChatAnswer> {
  const { clock = systemClock, idleTimeoutMs = 120_000, maxAnswerLength = 400_000, onPart } = options;
  const silence = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  let cancel = (): void => {};
  const arm = (): void => {
    cancel();
    cancel = clock.setTimer(idleTimeoutMs, () => silence.abort());
  };
  async function* watched(): AsyncGenerator<ChatPart> {
    let length = 0;
    for await (const part of untilAborted(reading(model, { ...request, signal }), signal)) {
      arm();
      if (part.type === 'text' || part.type === 'reasoning') length += part.text.length;
      if (length > maxAnswerLength)
        throw modelFailed(model.name, `its answer is longer than ${maxAnswerLength} characters`);
      onPart?.(part);
      yield part;
    }
  }
  arm();
  try {
    return await collect(watched());
  } catch (error) {
    if (!silence.signal.aborted || options.signal?.aborted) throw error;
    throw modelFailed(model.name, `it was silent for ${idleTimeoutMs} ms`, { retryable: true, cause: error });
  } finally {
    cancel();
  }
}

/** What a model answers; whatever it throws, and what is no part of an answer, is told as its failure. */
async function* reading(model: ChatModel, request: ChatRequest): AsyncGenerator<ChatPart> {
  try {
    for await (const part of model.stream(request)) {
      if (!types.includes(part?.type)) throw modelFailed(model.name, 'what it answers is no part of an answer');
      yield part;
    }
  } catch (error) {
    if (RexError.is(error) || request.signal?.aborted) throw error;
    throw modelFailed(model.name, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const types: readonly unknown[] = ['text', 'reasoning', 'tool-call', 'finish'];

/** The parts of a stream; an abort ends the reading even where the model does not heed it. */
async function* untilAborted(stream: AsyncIterable<ChatPart>, signal: AbortSignal): AsyncGenerator<ChatPart> {
  signal.throwIfAborted();
  const iterator = stream[Symbol.asyncIterator]();
  let onAbort = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  abort.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), abort]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) iterator.return?.()?.catch(() => {});
    else await iterator.return?.();
  }
}
