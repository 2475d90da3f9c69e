import { z } from 'zod';
import type { Json, JsonObject } from '../../core/json.ts';
import { type Budget, budgetSchema } from './budget.ts';
import { jsonObjectSchema, jsonSchema } from './json-schema.ts';
import { type Requires, requiresSchema } from './requires.ts';

/** Something to be done. */
export interface Task {
  /** Name among its siblings; the engine sets it to the path of the node. */
  readonly id: string;
  /** What is wanted, in words. */
  readonly goal: string;
  /** Kind of work, such as `code_generation`; free text. */
  readonly type?: string | undefined;
  /** 0 project, 1 component, 2 file, 3 single action. */
  readonly level?: 0 | 1 | 2 | 3 | undefined;
  readonly input?: Json | undefined;
  readonly requires?: Requires | undefined;
  /** 1 low, 2 medium (default), 3 high, 4 urgent. */
  readonly priority?: number | undefined;
  /** Moment, in milliseconds since 1970, after which the result is worth nothing. */
  readonly deadlineAt?: number | undefined;
  readonly budget?: Budget | undefined;
  /** Rules that the result must respect, in words. */
  readonly constraints?: readonly string[] | undefined;
  readonly preferences?: JsonObject | undefined;
  /** Path of the node that expanded into this one. */
  readonly parent?: string | undefined;
  /** Levels of expansion above this task; 0 at the top. */
  readonly depth: number;
}

/** A task as a caller writes it: only the goal is needed. */
export type TaskSpec = Partial<Task> & Pick<Task, 'goal'>;

/** Schema of {@link TaskSpec}, for tasks that come from a model, a file or a wire. */
export const taskSpecSchema: z.ZodType<TaskSpec> = z.object({
  id: z.string().min(1).optional(),
  goal: z.string(),
  type: z.string().optional(),
  level: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).optional(),
  input: jsonSchema.optional(),
  requires: requiresSchema.optional(),
  priority: z.number().optional(),
  deadlineAt: z.number().optional(),
  budget: budgetSchema.optional(),
  constraints: z.array(z.string()).readonly().optional(),
  preferences: jsonObjectSchema.optional(),
  parent: z.string().optional(),
  depth: z.number().int().nonnegative().optional(),
}) as z.ZodType<TaskSpec>;
