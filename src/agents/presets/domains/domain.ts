import { z } from 'zod';
import type { ToolTask } from '../tools/tool-agent.ts';
import type { WorkflowValues } from '../tools/tool-preset.ts';
import { workflowStepSchema, workflowValuesSchema } from '../tools/workflow.ts';
import { type WorkflowResult, workflowResultSchema } from '../tools/workflow-result.ts';

/** A task of a phase: steps with one tool. */
export interface DomainTask extends Omit<ToolTask, 'cwd'> {
  readonly name: string;
  readonly tool: string;
}

/** Tasks that run at the same time, and what has to hold after them. */
export interface DomainPhase {
  readonly name: string;
  readonly tasks: readonly DomainTask[];
  /** Must succeed after the tasks. */
  readonly validate?: DomainTask | undefined;
  /** Run when a task or the validation failed; then what failed is done again. */
  readonly recover?: DomainTask | undefined;
}

/** What there is to know about a kind of project: plain data. */
export interface DomainPreset {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  /** Tools that its phases use. */
  readonly toolchain: readonly string[];
  /** Rules for whoever works in it. */
  readonly bestPractices: readonly string[];
  /** One after another. */
  readonly phases: readonly DomainPhase[];
  /** Values that phases have where the caller gives none. */
  readonly values: WorkflowValues;
  /** Globs of what comes out. */
  readonly artifacts: readonly string[];
}

const taskSchema: z.ZodType<DomainTask> = z.strictObject({
  name: z.string().min(1),
  tool: z.string().min(1),
  steps: z
    .array(z.union([z.string().min(1), workflowStepSchema]))
    .min(1)
    .readonly(),
  values: workflowValuesSchema.optional(),
  onFailure: z.enum(['continue', 'stop']).optional(),
});

/** Schema of {@link DomainPhase}, for phases that come from a model or a file. */
export const domainPhaseSchema: z.ZodType<DomainPhase> = z.strictObject({
  name: z.string().min(1),
  tasks: z.array(taskSchema).min(1).readonly(),
  validate: taskSchema.optional(),
  recover: taskSchema.optional(),
});

/** What a domain's run answers: JSON. */
export interface DomainResult {
  readonly domain: string;
  /** Names of the phases, in order. */
  readonly workflow: readonly string[];
  /** Results by `phase.task`. */
  readonly toolResults: Readonly<Record<string, WorkflowResult>>;
  readonly success: boolean;
  /** Paths of what came out. */
  readonly artifacts: readonly string[];
}

/** Schema of {@link DomainResult}. */
export const domainResultSchema: z.ZodType<DomainResult> = z.object({
  domain: z.string(),
  workflow: z.array(z.string()).readonly(),
  toolResults: z.record(z.string(), workflowResultSchema),
  success: z.boolean(),
  artifacts: z.array(z.string()).readonly(),
});
