import { z } from 'zod';
import type { Json, JsonObject } from '../../../core/json.ts';
import { jsonObjectSchema } from '../../../orchestration/task/json-schema.ts';
import { type TaskError, taskErrorSchema } from '../../../orchestration/task/task-error.ts';

/** One command of a workflow and what it printed, both streams in order. */
export interface CommandOutcome {
  readonly command: readonly string[];
  readonly output: string;
  /** Null when its time was over. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

/** How a step ended. */
export interface StepResult extends CommandOutcome {
  readonly name: string;
  readonly success: boolean;
  /** Times that the command itself ran. */
  readonly attempts: number;
  /** Handlers that were applied, with the commands they ran. */
  readonly recoveries: readonly { readonly handler: string; readonly commands: readonly CommandOutcome[] }[];
  /** Name of the command that was run in its place, or null. */
  readonly fallback: string | null;
  /** What a person can do, where something is known. */
  readonly advice: string | null;
  /** Why it could not be run at all; null where it ran. */
  readonly error: TaskError | null;
}

/** What a workflow answers: JSON. */
export interface WorkflowResult {
  readonly workflowId: string;
  readonly tool: string;
  /** Steps in their order, skipped ones left out. */
  readonly steps: readonly StepResult[];
  /** Step by step `done`, `failed` or `skipped`, and the values it ended with. */
  readonly finalState: JsonObject;
  /** Whether every step succeeded. */
  readonly success: boolean;
}

const outcome = {
  command: z.array(z.string()).readonly(),
  output: z.string(),
  exitCode: z.number().nullable(),
  timedOut: z.boolean(),
  durationMs: z.number(),
};

const stepResultSchema = z.object({
  ...outcome,
  name: z.string(),
  success: z.boolean(),
  attempts: z.number(),
  recoveries: z.array(z.object({ handler: z.string(), commands: z.array(z.object(outcome)).readonly() })).readonly(),
  fallback: z.string().nullable(),
  advice: z.string().nullable(),
  error: taskErrorSchema.nullable(),
});

/** Schema of {@link WorkflowResult}. */
export const workflowResultSchema: z.ZodType<WorkflowResult> = z.object({
  workflowId: z.string(),
  tool: z.string(),
  steps: z.array(stepResultSchema).readonly(),
  finalState: jsonObjectSchema,
  success: z.boolean(),
});

/** Follows a workflow: which step is in which state, and the values that are known. */
export class WorkflowState {
  readonly #steps: Record<string, Json> = {};
  readonly #values: Record<string, Json> = {};

  constructor(names: readonly string[], values: JsonObject) {
    for (const name of names) this.#steps[name] = 'skipped';
    Object.assign(this.#values, values);
  }

  /** Takes a step's result in. */
  update({ name, success, exitCode }: StepResult): void {
    this.#steps[name] = success ? 'done' : 'failed';
    this.#values.lastExitCode = exitCode;
  }

  /** The state as data. */
  get current(): JsonObject {
    return { steps: { ...this.#steps }, values: { ...this.#values } };
  }
}
