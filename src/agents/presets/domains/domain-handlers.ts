import type { Json } from '../../../core/json.ts';
import type { Handler, HandlerContext } from '../../../orchestration/task/handler.ts';
import { done, fail } from '../../../orchestration/task/outcome.ts';
import { findFiles } from '../../toolbox/search-files.ts';
import { type RunWorkflowOptions, runWorkflow } from '../tools/run-workflow.ts';
import { toolWorkflow } from '../tools/workflow.ts';
import type { WorkflowResult } from '../tools/workflow-result.ts';
import type { DomainResult } from './domain.ts';
import { type DomainGateInput, type DomainTaskInput, domainNodes } from './domain-graph.ts';

/** Where a domain's tasks run. */
export type DomainHandlersOptions = Omit<RunWorkflowOptions, 'signal' | 'onStep'>;

type Results = Readonly<Record<string, WorkflowResult>>;

/**
 * The handlers of a {@link domainGraph}, for `run({ handlers })`. A phase whose tasks or validation fail and that
 * nothing recovers fails with `PHASE_FAILED`, in words `Phase NAME failed`, and the phases after it do not run.
 */
export function domainHandlers(options: DomainHandlersOptions): Readonly<Record<string, Handler>> {
  const runTask = ({ tool, steps, values, cwd, name, onFailure = 'stop' }: DomainTaskInput, signal: AbortSignal) =>
    runWorkflow(toolWorkflow(tool, steps, { id: name, values }), {
      ...options,
      onFailure,
      signal,
      ...(cwd !== undefined && { cwd }),
    });

  const gate: Handler = async (task, context) => {
    const { phase, tasks, validate, recover, domain } = task.input as unknown as DomainGateInput;
    const { signal } = context;
    const judge = async (results: Results): Promise<readonly string[]> => {
      const failed = Object.keys(tasks).filter((id) => results[id]?.success !== true);
      if (failed.length > 0 || !validate) return failed;
      return (await runTask(validate, signal)).success ? [] : [validate.name];
    };
    let results = context.inputs as unknown as Results;
    let failures = await judge(results);
    if (failures.length > 0 && recover) {
      context.note('phase-recovery', { phase, failures });
      if ((await runTask(recover, signal)).success) {
        const again = failures.filter((id) => id in tasks);
        const repeated = await Promise.all(again.map((id) => runTask(tasks[id] as DomainTaskInput, signal)));
        results = { ...results, ...Object.fromEntries(again.map((id, index) => [id, repeated[index]])) } as Results;
        failures = await judge(results);
      }
    }
    if (failures.length === 0) return done(results as unknown as Json);
    const reasons = describeFailures(failures, results, context);
    const error = { context: { domain, phase, failures } };
    return fail('PHASE_FAILED', `Phase ${phase} failed: ${reasons.join('; ')}`, error);
  };

  const result: Handler = async (task, context) => {
    const { domain, phases, artifacts, cwd } = task.input as unknown as {
      readonly domain: string;
      readonly phases: readonly string[];
      readonly artifacts: readonly string[];
      readonly cwd?: string;
    };
    const toolResults: Results = Object.assign({}, ...phases.map((phase) => context.inputs[phase]));
    const path = cwd ?? options.cwd;
    const query = { include: artifacts, signal: context.signal, ...(path !== undefined && { path }) };
    const found = artifacts.length > 0 ? await findFiles(options.runtime, query) : { paths: [] };
    const success = Object.values(toolResults).every((outcome) => outcome.success);
    const answer: DomainResult = { domain, workflow: phases, toolResults, success, artifacts: found.paths };
    return done(answer as unknown as Json);
  };

  return {
    [domainNodes.task]: async (task, { signal }) =>
      done((await runTask(task.input as unknown as DomainTaskInput, signal)) as unknown as Json),
    [domainNodes.gate]: gate,
    [domainNodes.result]: result,
  };
}

function describeFailures(failures: readonly string[], results: Results, context: HandlerContext): readonly string[] {
  return failures.map((id) => {
    const step = results[id]?.steps.find(({ success }) => !success);
    const reason = context.failures[id]?.message ?? step?.error?.message ?? step?.output.trim().slice(-300);
    const told = [reason, step?.advice].filter((text) => text).join('\n');
    return told === '' ? id : `${id} (${told})`;
  });
}
