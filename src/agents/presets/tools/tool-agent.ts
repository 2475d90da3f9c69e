import { z } from 'zod';
import type { Json } from '../../../core/json.ts';
import { approval } from '../../../orchestration/guards/approval.ts';
import type { Handler } from '../../../orchestration/task/handler.ts';
import { done, fail } from '../../../orchestration/task/outcome.ts';
import type { Task } from '../../../orchestration/task/task.ts';
import { toTaskError } from '../../../orchestration/task/task-error.ts';
import type { Agent } from '../../agent/agent.ts';
import { type RunWorkflowOptions, runWorkflow } from './run-workflow.ts';
import type { ToolPreset, WorkflowValues } from './tool-preset.ts';
import { findTool } from './tool-presets.ts';
import { gatedSteps, toolWorkflow, type WorkflowStep, workflowStepSchema, workflowValuesSchema } from './workflow.ts';

/** The input of a tool agent's task. */
export interface ToolTask {
  /** Names of commands of the preset, or steps. */
  readonly steps: readonly (string | WorkflowStep)[];
  readonly values?: WorkflowValues | undefined;
  /** Default: the agent's. */
  readonly cwd?: string | undefined;
  /** As for a workflow. */
  readonly onFailure?: 'continue' | 'stop' | undefined;
}

/** Schema of {@link ToolTask}. */
export const toolTaskSchema: z.ZodType<ToolTask> = z.strictObject({
  steps: z
    .array(z.union([z.string().min(1), workflowStepSchema]))
    .min(1)
    .readonly(),
  values: workflowValuesSchema.optional(),
  cwd: z.string().optional(),
  onFailure: z.enum(['continue', 'stop']).optional(),
});

/** Where a tool agent works. Only the runtime is needed. */
export interface ToolAgentOptions extends Omit<RunWorkflowOptions, 'signal' | 'onStep'> {
  /** Default: the tool's name. */
  readonly name?: string | undefined;
  /** `return` makes a workflow that fails a result with `success: false`. Default `fail`. */
  readonly onWorkflowFailure?: 'fail' | 'return' | undefined;
  /** Whether a person is asked before tasks with gated steps, such as a push. Default true. */
  readonly approve?: boolean | undefined;
}

/**
 * An agent for a tool: the input of its task is a {@link ToolTask}, its output a {@link WorkflowResult}. Its tasks fail
 * with `WORKFLOW_FAILED` (the result in the context), `TOOLCHAIN_MISSING`, `APPROVAL_DENIED`, `INVALID_ARGUMENT`.
 *
 * @throws UNSUPPORTED for an unknown tool
 */
export function toolAgent(tool: string | ToolPreset, options: ToolAgentOptions): Agent {
  const preset = findTool(tool);
  const { name = preset.name, approve = true, onWorkflowFailure = 'fail', ...place } = options;
  const work: Handler = async (task, context) => {
    const parsed = toolTaskSchema.safeParse(task.input);
    if (!parsed.success)
      return fail('INVALID_ARGUMENT', `the task's input does not fit: ${z.prettifyError(parsed.error)}`);
    const { steps, values, cwd = place.cwd, onFailure = place.onFailure } = parsed.data;
    try {
      const workflow = toolWorkflow(preset, steps, { id: context.node, values });
      const { signal } = context;
      const onStep = ({ name, success, exitCode }: { name: string; success: boolean; exitCode: number | null }) =>
        context.note('step', { name, success, exitCode });
      const result = await runWorkflow(workflow, { ...place, cwd, onFailure, signal, onStep });
      const output = result as unknown as Json;
      if (result.success || onWorkflowFailure === 'return') return done(output);
      const failed = result.steps.find((step) => !step.success);
      if (failed?.error) return { kind: 'fail', error: failed.error };
      const advice = failed?.advice ? `. ${failed.advice}` : '';
      const message = `${preset.name}: step ${failed?.name} failed with exit code ${failed?.exitCode}${advice}`;
      return fail('WORKFLOW_FAILED', message, { context: output });
    } catch (error) {
      if (context.signal.aborted) throw error;
      return { kind: 'fail', error: toTaskError(error) };
    }
  };
  return {
    spec: {
      name,
      role: 'tool',
      description: `Works with ${preset.name}: ${Object.keys(preset.commands).join(', ')}`,
      capabilities: [preset.name, ...Object.keys(preset.commands).map((command) => `${preset.name}.${command}`)],
      tags: ['tool', preset.name, ...preset.aliases],
    },
    handle: approve ? approval({ when: (task) => isGated(preset, task) })(work) : work,
  };
}

function isGated(preset: ToolPreset, task: Task): boolean {
  const parsed = toolTaskSchema.safeParse(task.input);
  if (!parsed.success) return false;
  try {
    return gatedSteps(toolWorkflow(preset, parsed.data.steps)).length > 0;
  } catch {
    return false;
  }
}
