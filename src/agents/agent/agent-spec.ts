import { z } from 'zod';
import { invalidArgument } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Budget, budgetSchema } from '../../orchestration/task/budget.ts';
import { jsonObjectSchema } from '../../orchestration/task/json-schema.ts';

/** What an agent is, as data. */
export interface AgentSpec {
  /** Unique in a registry. */
  readonly name: string;
  /** Such as `reviewer`: how others ask for it. */
  readonly role?: string | undefined;
  /** What it is good for, for whoever chooses. */
  readonly description?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
  /** Names of the tools that it may use. Default: all that it is given. */
  readonly tools?: readonly string[] | undefined;
  readonly skills?: readonly string[] | undefined;
  /** What it is told before every task. */
  readonly instructions?: string | undefined;
  /** Name of the model that it wants, for whoever makes it. */
  readonly model?: string | undefined;
  /** Name of the memory that it wants, for whoever makes it. */
  readonly memory?: string | undefined;
  /** What one task may take; `steps` are turns of the model, 50 by default. */
  readonly limits?: Budget | undefined;
  /** What its output is: an object with at least these members, or a JSON Schema. Default: text. */
  readonly outputs?: readonly string[] | JsonObject | undefined;
  readonly tags?: readonly string[] | undefined;
}

const labels = z.array(z.string().min(1)).readonly().optional();

/** Schema of {@link AgentSpec}, for specs that come from a model, a file or a wire. */
export const agentSpecSchema: z.ZodType<AgentSpec> = z.strictObject({
  name: z.string().regex(/^[^\s/#][^/#]*$/, 'expected a name without "/" and "#"'),
  role: z.string().optional(),
  description: z.string().optional(),
  capabilities: labels,
  tools: labels,
  skills: labels,
  instructions: z.string().optional(),
  model: z.string().optional(),
  memory: z.string().optional(),
  limits: budgetSchema.optional(),
  outputs: z.union([z.array(z.string().min(1)).readonly(), jsonObjectSchema]).optional(),
  tags: labels,
});

/** Checks a spec; throws `INVALID_ARGUMENT` with every fault. */
export function parseAgentSpec(spec: unknown): AgentSpec {
  const parsed = agentSpecSchema.safeParse(spec);
  if (parsed.success) return parsed.data;
  throw invalidArgument('spec', `the description of an agent (${z.prettifyError(parsed.error)})`, spec);
}

/** The JSON Schema of an agent's output; undefined where it is text. */
export function outputSchema({ outputs }: AgentSpec): JsonObject | undefined {
  if (!isNames(outputs)) return outputs;
  const properties = Object.fromEntries(outputs.map((name) => [name, {}]));
  return { type: 'object', properties, required: outputs };
}

function isNames(outputs: AgentSpec['outputs']): outputs is readonly string[] {
  return Array.isArray(outputs);
}
