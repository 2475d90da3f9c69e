import { RexError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { ToolAnswer, ToolCall } from '../model/chat-model.ts';
import { CallWaits } from './call-waits.ts';
import { cutOutput } from './cut-output.ts';
import type { ResourceLocks } from './resource-locks.ts';
import type { ToolContext } from './tool.ts';
import type { ToolSet } from './tool-set.ts';

/** How calls are answered. */
export interface AnswerOptions {
  /** Orders calls that share resources. */
  readonly locks: ResourceLocks;
  /** Greatest length of an output as text; the middle of a longer one is left out. Default 30,000 characters. */
  readonly maxOutputLength?: number | undefined;
}

/** Greatest length of a tool's output as text. */
export const defaultMaxOutputLength = 30_000;

/**
 * Calls a tool and answers for it: a failure becomes an answer with code, message and hint, from which a model can
 * learn. Throws only when the signal is aborted or the call has to wait ({@link CallWaits}).
 */
export async function answerCall(
  tools: ToolSet,
  call: ToolCall,
  context: ToolContext,
  options: AnswerOptions,
): Promise<ToolAnswer> {
  const { id, name, input } = call;
  const { signal } = context;
  signal.throwIfAborted();
  const maximum = options.maxOutputLength ?? defaultMaxOutputLength;
  try {
    const tool = tools.require(name);
    const uses = isJsonObject(input) ? tool.resources(input) : [];
    const output = await options.locks.use(uses, signal, () => tool.call(input, context));
    return { id, name, output: cutOutput(output, maximum), isError: false };
  } catch (error) {
    if (signal.aborted || error instanceof CallWaits) throw error;
    return errorAnswer(call, error, maximum);
  }
}

/** The answer that tells a failure. */
export function errorAnswer(
  { id, name }: ToolCall,
  error: unknown,
  maximum: number = defaultMaxOutputLength,
): ToolAnswer {
  return { id, name, output: cutOutput({ error: describeError(error) }, maximum), isError: true };
}

function describeError(error: unknown): JsonObject {
  if (!RexError.is(error)) {
    return { code: 'TOOL_FAILED', message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, hint } = error;
  return hint === undefined ? { code, message } : { code, message, hint };
}
