import assert from 'node:assert/strict';
import type {
  ChatModel,
  ChatPart,
  ChatRequest,
  ChatUsage,
  FinishReason,
  ToolCall,
} from '../agents/model/chat-model.ts';
import { modelFailed } from '../agents/model/model-failed.ts';
import type { Json } from '../core/json.ts';

/** One answer of a {@link ScriptedModel}: text, or parts of an answer, or a function of the request. */
export type ScriptedTurn = string | ScriptedAnswer | ((request: ChatRequest) => string | ScriptedAnswer);

/** What a scripted model answers. */
export interface ScriptedAnswer {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  /** An id is made where there is none. */
  readonly toolCalls?: readonly { readonly name: string; readonly input: Json; readonly id?: string }[] | undefined;
  /** Default: nothing is told. */
  readonly usage?: ChatUsage | undefined;
  /** Default: `tool-calls` where there are some, otherwise `stop`. */
  readonly reason?: FinishReason | undefined;
  /** Thrown after the other parts have come. */
  readonly error?: Error | undefined;
  /** Comes to no end after the other parts, until the request is aborted. */
  readonly hangs?: boolean | undefined;
}

/** A model that answers by a script, for tests without a provider. */
export interface ScriptedModel extends ChatModel {
  /** What was asked, in order. */
  readonly requests: readonly ChatRequest[];
  /** Throws unless every turn of the script was asked for. */
  assertComplete(): void;
}

/**
 * Makes a {@link ScriptedModel} of turns, in order, or of one function of the request and its number (from 1), which suits
 * requests whose order is not known. A request beyond the script fails with `MODEL_FAILED`.
 */
export function scriptedModel(
  script: readonly ScriptedTurn[] | ((request: ChatRequest, number: number) => string | ScriptedAnswer),
  options: { readonly name?: string } = {},
): ScriptedModel {
  const { name = 'scripted' } = options;
  const requests: ChatRequest[] = [];
  const answerTo = (request: ChatRequest): string | ScriptedAnswer => {
    if (typeof script === 'function') return script(request, requests.length);
    const turn = script[requests.length - 1];
    if (turn === undefined) throw modelFailed(name, `the script has no turn ${requests.length}`);
    return typeof turn === 'function' ? turn(request) : turn;
  };
  return {
    name,
    requests,
    assertComplete: () => {
      const turns = typeof script === 'function' ? requests.length : script.length;
      assert.equal(requests.length, turns, `${name}: ${requests.length} of ${turns} turns were asked for`);
    },
    async *stream(request) {
      if (request.signal?.aborted) throw modelFailed(name, 'the request was aborted');
      requests.push({ ...request, messages: [...request.messages] });
      const answer = answerTo(request);
      yield* parts(typeof answer === 'string' ? { text: answer } : answer, request, name, requests.length);
    },
  };
}

async function* parts(
  answer: ScriptedAnswer,
  { signal }: ChatRequest,
  name: string,
  number: number,
): AsyncGenerator<ChatPart> {
  const { text = '', reasoning = '', toolCalls = [], usage = {}, error, hangs } = answer;
  const pieces: ChatPart[] = [
    ...halves(reasoning).map((piece): ChatPart => ({ type: 'reasoning', text: piece })),
    ...halves(text).map((piece): ChatPart => ({ type: 'text', text: piece })),
    ...toolCalls.map((call, index): ChatPart => ({ type: 'tool-call', call: withId(call, `call-${number}-${index}`) })),
  ];
  for (const piece of pieces) {
    await Promise.resolve();
    if (signal?.aborted) throw modelFailed(name, 'the request was aborted');
    yield piece;
  }
  if (error) throw error;
  if (hangs) await aborted(signal);
  if (signal?.aborted) throw modelFailed(name, 'the request was aborted');
  yield { type: 'finish', reason: answer.reason ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop'), usage };
}

function withId({ id, name, input }: { id?: string; name: string; input: Json }, otherwise: string): ToolCall {
  return { id: id ?? otherwise, name, input };
}

/** Text in two pieces, so that readers meet more than one. */
function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== '');
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
