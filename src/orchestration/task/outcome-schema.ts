import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import { assertJson } from '../../core/json.ts';
import { agentQuerySchema } from './agent-query.ts';
import { usageSchema } from './budget.ts';
import type { Outcome } from './outcome.ts';
import { taskErrorSchema } from './task-error.ts';

const reference = z.union([agentQuerySchema, z.custom<object>((value) => typeof value === 'function')]);

/** Schema of the frame of an {@link Outcome}; JSON members and graphs are checked where they are used. */
const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    output: z.unknown(),
    confidence: z.number().min(0).max(1).optional(),
    usage: usageSchema.optional(),
  }),
  z.object({ kind: z.literal('expand'), graph: z.object({ nodes: z.array(z.unknown()) }), join: reference }),
  z.object({
    kind: z.literal('handoff'),
    to: agentQuerySchema,
    context: z.union([z.enum(['full', 'filtered']), z.object({ keep: z.array(z.string()) })]),
  }),
  z.object({
    kind: z.literal('wait'),
    for: z.enum(['approval', 'input', 'auth', 'event', 'time']),
    request: z.unknown(),
    ticket: z.string().min(1).optional(),
    timeoutMs: z.number().nonnegative().optional(),
    timeoutAnswer: z.unknown().optional(),
    snapshot: z.unknown().optional(),
  }),
  z.object({ kind: z.literal('suspend'), snapshot: z.unknown() }),
  z.object({ kind: z.literal('fail'), error: taskErrorSchema, usage: usageSchema.optional() }),
]);

const jsonMembers = ['output', 'request', 'snapshot', 'timeoutAnswer'] as const;

/** Checks what a handler of `node` answered; throws `OUTCOME_INVALID`. */
export function parseOutcome(value: unknown, node: string): Outcome {
  const parsed = outcomeSchema.safeParse(value);
  if (!parsed.success) throw invalid(node, z.prettifyError(parsed.error));
  const members = value as Record<string, unknown>;
  for (const name of jsonMembers) {
    if (members[name] === undefined && !(name === 'output' && members.kind === 'done')) continue;
    try {
      assertJson(members[name], name);
    } catch (error) {
      throw invalid(node, (error as Error).message);
    }
  }
  return value as Outcome;
}

function invalid(node: string, problem: string): RexError {
  return new RexError(
    'OUTCOME_INVALID',
    `${node}: the handler's outcome is invalid: ${problem}`,
    { node, problem },
    {
      hint: 'Return one of done, expand, handoff, wait, suspend or fail, with JSON values only.',
    },
  );
}
