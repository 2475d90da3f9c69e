import { z } from 'zod';
import { invalidArgument } from '../../../core/errors.ts';
import type { CommandTemplate, Exchange, PresetCommand, ToolPreset, WorkflowValues } from './tool-preset.ts';
import { findTool } from './tool-presets.ts';

/** One step: a command of the preset by name, or a command of its own. */
export interface WorkflowStep {
  /** Default: what it uses. */
  readonly name?: string | undefined;
  /** Name of a command of the preset. */
  readonly use?: string | undefined;
  readonly command?: CommandTemplate | undefined;
  readonly values?: WorkflowValues | undefined;
  /** Talks to the program, in a session of its own. */
  readonly exchanges?: readonly Exchange[] | undefined;
  /** Default: the workflow's. */
  readonly timeoutMs?: number | undefined;
  /** When it fails, the steps after it are skipped. Default false. */
  readonly required?: boolean | undefined;
}

/** Steps with a tool, one after another. */
export interface ToolWorkflow {
  readonly id: string;
  readonly tool: ToolPreset;
  readonly steps: readonly WorkflowStep[];
  /** Values of all steps. */
  readonly values: WorkflowValues;
}

const texts = z.union([z.string(), z.array(z.string()).readonly()]);

/** Schema of the steps of a workflow as they come from a model or a file. */
export const workflowStepSchema: z.ZodType<WorkflowStep> = z.strictObject({
  name: z.string().optional(),
  use: z.string().optional(),
  command: z.array(z.string()).min(1).readonly().optional(),
  values: z.record(z.string(), texts).optional(),
  exchanges: z
    .array(z.object({ expect: z.string().min(1), send: z.string() }))
    .readonly()
    .optional(),
  timeoutMs: z.int().min(1).optional(),
  required: z.boolean().optional(),
});

/** Schema of values of a workflow. */
export const workflowValuesSchema: z.ZodType<WorkflowValues> = z.record(z.string(), texts);

/**
 * Makes a workflow of steps with a tool. A text as step is the name of a command of the preset.
 *
 * @throws UNSUPPORTED for an unknown tool, INVALID_ARGUMENT for a step that names no command
 */
export function toolWorkflow(
  tool: string | ToolPreset,
  steps: readonly (string | WorkflowStep)[],
  options: { readonly id?: string | undefined; readonly values?: WorkflowValues | undefined } = {},
): ToolWorkflow {
  const preset = findTool(tool);
  const given = steps.map((step) => (typeof step === 'string' ? { use: step } : step));
  if (given.length === 0) throw invalidArgument('steps', 'at least one step', steps);
  for (const step of given) commandOf(preset, step);
  return { id: options.id ?? preset.name, tool: preset, steps: given, values: options.values ?? {} };
}

/** The command of a step. @throws INVALID_ARGUMENT */
export function commandOf(preset: ToolPreset, { use, command, exchanges }: WorkflowStep): PresetCommand {
  if (command) return { command, exchanges };
  const found = use === undefined ? undefined : preset.commands[use];
  if (found) return exchanges ? { ...found, exchanges } : found;
  throw invalidArgument('step', `a command, or one of ${Object.keys(preset.commands).join(', ')}`, use);
}

/** Commands of a preset that a person should agree to first, among the steps of a workflow. */
export function gatedSteps({ tool, steps }: ToolWorkflow): readonly string[] {
  return steps.flatMap((step) => (commandOf(tool, step).gated ? [step.name ?? step.use ?? tool.name] : []));
}
