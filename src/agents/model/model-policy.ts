import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Policy } from '../../orchestration/policy/policy.ts';
import { askModel } from '../agent/ask-model.ts';
import { formatFaults } from '../tools/fault.ts';
import { type SchemaLike, toToolSchema } from '../tools/tool-schema.ts';
import type { ChatMessage, ChatModel } from './chat-model.ts';
import { estimateRequest, estimateTokens } from './estimate-tokens.ts';
import { parseJson } from './parse-json.ts';

/** How a model decides. */
export interface ModelPolicyOptions<Observation, Action> {
  /** What the decision looks like; the model answers with JSON that fits. */
  readonly action: SchemaLike<Action>;
  /** The question. Default: the observation as JSON. */
  readonly prompt?: ((observation: Observation) => string | readonly ChatMessage[]) | undefined;
  /** What the model is told before. */
  readonly instructions?: string | undefined;
  /** How sure the decision is, 0 to 1. Default 0.5. */
  readonly confidence?: number | ((action: Action) => number) | undefined;
  /** Times that an answer which does not fit is sent back. Default 1. */
  readonly maxCorrections?: number | undefined;
}

/**
 * A chat model as a policy at any decision point. Its answer is checked; one that does not fit is sent back with what is
 * wrong, and then refused with `MODEL_ANSWER_INVALID`. Within a handler the tokens count against its budgets.
 */
export function modelPolicy<Observation, Action>(
  model: ChatModel,
  options: ModelPolicyOptions<Observation, Action>,
): Policy<Observation, Action> {
  const { prompt = toJson, instructions = '', confidence = 0.5, maxCorrections = 1 } = options;
  const schema = toToolSchema(options.action, 'output', 'action');
  const shape = `Answer with JSON only, which fits this JSON Schema:\n${JSON.stringify(schema.jsonSchema)}`;
  return {
    decide: async (observation, context) => {
      const asked = prompt(observation);
      const messages: ChatMessage[] = [
        { role: 'system', content: [instructions, shape].filter(Boolean).join('\n\n') },
        ...(typeof asked === 'string' ? [{ role: 'user', content: asked } as const] : asked),
      ];
      for (let corrections = 0; ; corrections++) {
        const request = { messages, responseSchema: schema.jsonSchema };
        const estimate = estimateRequest(request);
        context?.spend({ tokensIn: estimate });
        const { text, usage } = await askModel(model, request, { clock: context?.clock, signal: context?.signal });
        context?.spend({
          tokensIn: (usage.tokensIn ?? estimate) - estimate,
          tokensOut: usage.tokensOut ?? estimateTokens(text),
        });
        const checked = await schema.check(parseJson(text));
        if (!checked.faults) {
          const action = checked.value;
          const sure = typeof confidence === 'function' ? confidence(action) : confidence;
          return { action, confidence: sure, by: model.name };
        }
        const problem = formatFaults(checked.faults);
        if (corrections >= maxCorrections) throw answerInvalid(model.name, problem);
        messages.push(
          { role: 'assistant', content: text },
          { role: 'user', content: `This does not fit the schema: ${problem}. Answer with JSON only.` },
        );
      }
    },
  };
}

function toJson(observation: unknown): string {
  return JSON.stringify(observation as Json, null, 2);
}

function answerInvalid(model: string, problem: string): RexError<'MODEL_ANSWER_INVALID'> {
  return new RexError(
    'MODEL_ANSWER_INVALID',
    `${model}: its decision does not fit: ${problem}`,
    { model, problem },
    { hint: 'Use a stronger model, a simpler schema, or firstConfident with a rule behind it.' },
  );
}
