import assert from 'node:assert/strict';
import type { ChatModel, ChatPart, ChatUsage, ToolCall, ToolDescription } from '../agents/model/chat-model.ts';
import { collect } from '../agents/model/collect.ts';
import { RexError } from '../core/errors.ts';
import type { TestRegistrar } from './contract/suite.ts';
import { within } from './contract/within.ts';

/** How the model behind an adapter shall behave in a case. */
export interface ChatModelBehaviour {
  /** Pieces of text, streamed one by one. */
  readonly text?: readonly string[] | undefined;
  readonly toolCalls?: readonly ToolCall[] | undefined;
  readonly usage?: ChatUsage | undefined;
  /**
   * `refuses`: asking again is of no use, as with a wrong key. `overloaded`: asking again may help. `garbage`: answers
   * what is no answer. `breaks-off`: ends without saying why, after the text. `hangs`: comes to no end, after the text.
   */
  readonly failure?: 'refuses' | 'overloaded' | 'garbage' | 'breaks-off' | 'hangs' | undefined;
}

/** What the chat model contract needs to know. */
export interface ChatModelContractOptions {
  /** Registers each case. */
  readonly test: TestRegistrar;
  /** Makes a model that behaves so. `ended` resolves when a request to it is over on the model's side. */
  readonly makeModel: (behaviour: ChatModelBehaviour) => Promise<{
    readonly model: ChatModel;
    readonly ended?: Promise<void> | undefined;
  }>;
  /** Time for each case. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

const messages = [{ role: 'user', content: 'Hello?' }] as const;

/** Registers the cases that every {@link ChatModel} passes. */
export function chatModelContract({ test, makeModel, timeoutMs = 10_000 }: ChatModelContractOptions): void {
  const check = (sentence: string, run: () => Promise<void>): void => {
    test(`chat model: ${sentence}`, () => within(timeoutMs, run()));
  };

  check('streams text in the pieces in which it comes, and ends with the reason and the usage', async () => {
    const text = ['Hel', 'lo ', '😀 wörld\n'];
    const { model } = await makeModel({ text, usage: { tokensIn: 7, tokensOut: 5 } });
    const parts = await read(model);
    const pieces = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    assert.equal(pieces.join(''), text.join(''));
    assert.ok(pieces.length > 1, 'the text came as one piece');
    assert.deepEqual(parts.at(-1), { type: 'finish', reason: 'stop', usage: { tokensIn: 7, tokensOut: 5 } });
    assert.equal(parts.filter(({ type }) => type === 'finish').length, 1);
  });

  check('gives tool calls whole, in their order, with parsed arguments', async () => {
    const toolCalls = [
      { id: 'a', name: 'read', input: { path: 'ü "x".txt', lines: [1, 2] } },
      { id: 'b', name: 'list', input: {} },
    ];
    const { model } = await makeModel({ text: ['Let me ', 'look.'], toolCalls });
    const answer = await collect(model.stream({ messages, tools: [tool('read'), tool('list')] }));
    assert.equal(answer.text, 'Let me look.');
    assert.deepEqual(answer.toolCalls, toolCalls);
    assert.equal(answer.reason, 'tool-calls');
  });

  check('a refusal is MODEL_FAILED, and not worth repeating', async () => {
    const { model } = await makeModel({ failure: 'refuses' });
    assert.equal((await failureOf(read(model))).retryable, false);
  });

  check('an overload is MODEL_FAILED, and worth repeating', async () => {
    const { model } = await makeModel({ failure: 'overloaded' });
    assert.equal((await failureOf(read(model))).retryable, true);
  });

  check('garbage is MODEL_FAILED', async () => {
    const { model } = await makeModel({ failure: 'garbage' });
    await failureOf(read(model));
  });

  check('an answer that breaks off is MODEL_FAILED, after what had come', async () => {
    const { model } = await makeModel({ text: ['so ', 'far'], failure: 'breaks-off' });
    const parts: ChatPart[] = [];
    const failure = await failureOf(read(model, parts));
    assert.equal(failure.retryable, true);
    assert.equal(parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''), 'so far');
  });

  check('an abort ends an answer that comes to no end', async () => {
    const { model, ended } = await makeModel({ text: ['so ', 'far'], failure: 'hangs' });
    const abort = new AbortController();
    let length = 0;
    const reading = (async () => {
      for await (const part of model.stream({ messages, signal: abort.signal })) {
        if (part.type === 'text') length += part.text.length;
        if (length === 'so far'.length) abort.abort();
      }
    })();
    assert.equal((await failureOf(reading)).retryable, false);
    await ended;
  });

  check('leaving the loop ends the request', async () => {
    const { model, ended } = await makeModel({ text: ['so ', 'far'], failure: 'hangs' });
    for await (const part of model.stream({ messages })) if (part.type === 'text') break;
    await ended;
  });

  check('asks nothing when it is aborted already', async () => {
    const { model } = await makeModel({ text: ['no'] });
    await failureOf(collect(model.stream({ messages, signal: AbortSignal.abort() })));
  });

  check('serves many requests at the same time', async () => {
    const { model } = await makeModel({ text: ['one ', 'answer'] });
    const answers = await Promise.all(Array.from({ length: 10 }, () => collect(model.stream({ messages }))));
    for (const { text } of answers) assert.equal(text, 'one answer');
  });
}

async function read(model: ChatModel, parts: ChatPart[] = []): Promise<ChatPart[]> {
  for await (const part of model.stream({ messages })) parts.push(part);
  return parts;
}

async function failureOf(work: Promise<unknown>): Promise<RexError<'MODEL_FAILED'>> {
  const error: unknown = await work.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!RexError.is(error, 'MODEL_FAILED')) throw error;
  return error;
}

function tool(name: string): ToolDescription {
  return { name, description: name, inputSchema: { type: 'object', properties: {} } };
}
