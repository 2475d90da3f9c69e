import type { JsonObject } from '../../../core/json.ts';
import type { CodePlace } from '../languages/executor.ts';
import { runStep } from './run-step.ts';
import { InteractiveSessions } from './talk-to-program.ts';
import { commandOf, type ToolWorkflow } from './workflow.ts';
import { type StepResult, type WorkflowResult, WorkflowState } from './workflow-result.ts';

/** Where and how a workflow runs. Only the runtime is needed. */
export interface RunWorkflowOptions extends CodePlace {
  /** Directory of the commands. Default: the runtime's or the session's. */
  readonly cwd?: string | undefined;
  /** Variables added to the preset's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Time for a command. Default 300,000; for each answer of an interactive program 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How much of each output is kept, head and tail. Default 256 KiB. */
  readonly maxOutputBytes?: number | undefined;
  /** `stop` skips the rest after a step that failed. Default `continue`: only a `required` step does. */
  readonly onFailure?: 'continue' | 'stop' | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each step as it ends. */
  readonly onStep?: ((result: StepResult) => void) | undefined;
}

/**
 * Runs the steps of a workflow in order. A command that fails in a way the preset knows is recovered, and the recovery's
 * result takes its place; else its fallbacks are tried; what cannot be helped is a step with `success: false` and, where
 * there is one, advice. Programs that ask are talked to in a session of their own.
 *
 * @throws what the runtime throws when it is closed or the signal aborts
 */
export async function runWorkflow(workflow: ToolWorkflow, options: RunWorkflowOptions): Promise<WorkflowResult> {
  const { id, tool, steps } = workflow;
  const { runtime, session, cwd, onFailure = 'continue', maxOutputBytes = 256 * 1024, signal } = options;
  const env = { ...tool.environment, ...options.env };
  const names = steps.map((step, index) => step.name ?? step.use ?? `step ${index + 1}`);
  const state = new WorkflowState(names, workflow.values as JsonObject);
  const results: StepResult[] = [];
  await using sessions = new InteractiveSessions(runtime, cwd);
  for (const [index, step] of steps.entries()) {
    const command = commandOf(tool, step);
    const timeoutMs = step.timeoutMs ?? options.timeoutMs ?? (command.exchanges ? 30_000 : 300_000);
    const values = { ...workflow.values, ...step.values };
    const place = { runtime, session };
    const shared = { place, tool, sessions, cwd, env, values, timeoutMs, maxOutputBytes, signal };
    const result = await runStep(names[index] as string, command, shared);
    results.push(result);
    state.update(result);
    options.onStep?.(result);
    if (!result.success && (onFailure === 'stop' || step.required)) break;
  }
  const success = results.length === steps.length && results.every((result) => result.success);
  return { workflowId: id, tool: tool.name, steps: results, finalState: state.current, success };
}
