import type { Json } from '../../core/json.ts';
import type { ChatMessage, ChatModel, ChatRequest, ChatUsage, FinishReason, ToolCall } from '../model/chat-model.ts';
import { estimateRequest, estimateTokens } from '../model/estimate-tokens.ts';
import { cutText } from '../tools/cut-output.ts';
import type { AgentExecution } from './agent-loop.ts';
import { askModel } from './ask-model.ts';
import { fitMessages } from './fit-messages.ts';

const NOTE_LENGTH = 2_000;

/** A turn as it is kept. */
export interface StoredTurn {
  readonly output: Json;
  readonly toolCalls: readonly ToolCall[];
  readonly reason: FinishReason;
  readonly usage: ChatUsage;
}

/** What a turn is taken from. */
export interface TurnWish {
  readonly turn: number;
  readonly messages: readonly ChatMessage[];
  /** Names of the tools that may be called. */
  readonly allowed: readonly string[];
  /** Whether some tool has to be called before the work may end. */
  readonly mustCall: boolean;
}

/** Takes the next turn, or the one that was taken before a crash or a wait; throws `BUDGET_EXCEEDED`, `MODEL_FAILED`. */
export async function takeTurn(
  execution: AgentExecution,
  wish: TurnWish,
): Promise<{ readonly turn: StoredTurn; readonly isFresh: boolean }> {
  const { context, spec, limits } = execution;
  let isFresh = false;
  const stored = await context.step(`turn:${wish.turn}`, async () => {
    isFresh = true;
    const startedAt = context.clock.now();
    const { decide } = execution.options;
    const turn = 'stream' in decide ? await ask(decide, execution, wish) : await choose(execution, wish);
    const { output, toolCalls, usage } = turn;
    context.note('model.turn', {
      agent: spec.name,
      turn: wish.turn,
      model: 'stream' in decide ? decide.name : 'policy',
      text: cutText(typeof output === 'string' ? output : JSON.stringify(output), NOTE_LENGTH),
      calls: toolCalls.map(({ name }) => name),
      usage: { tokensIn: usage.tokensIn ?? 0, tokensOut: usage.tokensOut ?? 0 },
      durationMs: context.clock.now() - startedAt,
    });
    return turn as unknown as Json;
  });
  const turn = stored as unknown as StoredTurn;
  if (!isFresh) limits.count(turn.usage, false);
  return { turn, isFresh };
}

async function ask(model: ChatModel, execution: AgentExecution, wish: TurnWish): Promise<StoredTurn> {
  const { context, options, limits, signal, output } = execution;
  const { maxContextTokens = 100_000, maxAnswerTokens, temperature, onPart } = options;
  const tools = describe(execution, wish.allowed);
  const request: ChatRequest = {
    messages: fitMessages(wish.messages, execution.opening.length, maxContextTokens),
    ...(tools.length > 0 ? { tools, toolChoice: wish.mustCall ? 'required' : 'auto' } : {}),
    ...(maxAnswerTokens === undefined ? {} : { maxTokens: maxAnswerTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    // Servers that enforce a shape of the answer often refuse tools beside it.
    ...(output && tools.length === 0 ? { responseSchema: output.jsonSchema } : {}),
  };
  const estimate = { tokensIn: estimateRequest(request), tokensOut: maxAnswerTokens ?? 0 };
  limits.reserve(context, estimate);
  let actual: ChatUsage = {};
  try {
    const answer = await askModel(model, request, {
      clock: context.clock,
      signal,
      idleTimeoutMs: options.modelIdleTimeoutMs,
      maxAnswerLength: options.maxAnswerLength,
      onPart: onPart && ((part) => onPart(part, wish.turn)),
    });
    const { text, toolCalls, reason, usage } = answer;
    const written = text + answer.reasoning + (toolCalls.length > 0 ? JSON.stringify(toolCalls) : '');
    actual = {
      tokensIn: usage.tokensIn ?? estimate.tokensIn,
      tokensOut: usage.tokensOut ?? estimateTokens(written),
    };
    limits.count(actual, true);
    return { output: text, toolCalls: identify(toolCalls, wish), reason, usage: actual };
  } finally {
    if (!signal.aborted) limits.settle(context, estimate, actual);
  }
}

async function choose(execution: AgentExecution, wish: TurnWish): Promise<StoredTurn> {
  const { options, task, context, limits } = execution;
  if ('stream' in options.decide) throw new TypeError('a model takes no decisions as a policy');
  limits.check({});
  const { turn, messages } = wish;
  const tools = describe(execution, wish.allowed);
  const { action } = await options.decide.decide({ task, turn, messages, tools }, context);
  limits.count({}, true);
  const calls = (action.toolCalls ?? []).map(({ id = '', name, input }) => ({ id, name, input }));
  return { output: action.output ?? '', toolCalls: identify(calls, wish), reason: 'stop', usage: {} };
}

function describe({ tools }: AgentExecution, allowed: readonly string[]): ReturnType<typeof tools.describe> {
  return allowed.length === tools.size ? tools.describe() : tools.pick(allowed).describe();
}

/** Calls with an id each, where a model gave none, or one that the conversation has already. */
function identify(calls: readonly ToolCall[], { turn, messages }: TurnWish): ToolCall[] {
  const known = new Set(
    messages.flatMap((said) => (said.role === 'assistant' ? (said.toolCalls ?? []) : [])).map(({ id }) => id),
  );
  return calls.map((call, index) => {
    const id = call.id === '' || known.has(call.id) ? `call-${turn}-${index}` : call.id;
    known.add(id);
    return { ...call, id };
  });
}
