import { z } from 'zod';
import { type Requires, requiresSchema } from './requires.ts';

/** Who shall do a task: a name, or properties that a directory of handlers looks for. */
export type AgentQuery =
  | string
  | {
      readonly name?: string | undefined;
      readonly capability?: string | undefined;
      readonly tags?: { readonly all?: readonly string[]; readonly some?: readonly string[] } | undefined;
      readonly requires?: Requires | undefined;
    };

const labels = z.array(z.string()).readonly().optional();

/** Schema of {@link AgentQuery}. */
export const agentQuerySchema: z.ZodType<AgentQuery> = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().optional(),
    capability: z.string().optional(),
    tags: z.strictObject({ all: labels, some: labels }).optional(),
    requires: requiresSchema.optional(),
  }),
]) as z.ZodType<AgentQuery>;

/** The query in one line, for messages. */
export function describeQuery(query: AgentQuery): string {
  return typeof query === 'string' ? query : JSON.stringify(query);
}
