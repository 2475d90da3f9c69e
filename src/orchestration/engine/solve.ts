import type { Json } from '../../core/json.ts';
import type { GraphSpec } from '../graph/graph.ts';
import { asPolicy, type PolicyLike } from '../policy/policy.ts';
import type { Handler, HandlerContext, HandlerReference } from '../task/handler.ts';
import type { Task, TaskSpec } from '../task/task.ts';
import { type Run, run } from './run.ts';
import { completeOptions, type RunOptions } from './run-options.ts';

/** How a task is solved by taking it apart. */
export interface SolveParts {
  /** Whether a task is done as it is. Asked for every task above the greatest depth. */
  readonly isAtomic: PolicyLike<Task, boolean>;
  /** Takes a task apart; nodes that name no handler are solved in the same way. */
  readonly plan: PolicyLike<Task, GraphSpec>;
  /** Does an atomic task. */
  readonly execute: HandlerReference;
  /** Makes the answer to a task from those to its parts, which are in `context.inputs`. */
  readonly aggregate: Handler;
}

/**
 * Solves a task: what is atomic is executed, everything else planned, solved in parts and aggregated, to `maxDepth`
 * (default 5), where everything is atomic. A failure with `onFail: 'replan'` asks `plan` again.
 */
export function solve<Output extends Json = Json>(task: TaskSpec, options: SolveParts & RunOptions): Run<Output> {
  const graph: GraphSpec = { nodes: [{ id: 'task', task, use: SOLVE }] };
  return run<Output>(graph, { ...options, use: SOLVE, handlers: solveHandlers(options), output: 'last' });
}

/** The handlers of {@link solve} with those of the options: what `recover` needs to go on with such a run. */
export function solveHandlers(
  options: SolveParts & Pick<RunOptions, 'handlers'>,
): (query: Parameters<ReturnType<typeof completeOptions>['directory']>[0]) => Handler | undefined {
  const { directory } = completeOptions(options);
  const own: Record<string, Handler> = {
    [SOLVE]: makeSolver(options, directory),
    [AGGREGATE]: options.aggregate,
  };
  return (query) => (typeof query === 'string' && Object.hasOwn(own, query) ? own[query] : directory(query));
}

const SOLVE = 'solve';
const AGGREGATE = 'solve.aggregate';

function makeSolver(parts: SolveParts, directory: ReturnType<typeof completeOptions>['directory']): Handler {
  const isAtomic = asPolicy(parts.isAtomic);
  const plan = asPolicy(parts.plan);
  const execute: Handler = async (task, context) => {
    if (typeof parts.execute === 'function') return parts.execute(task, context);
    const handler = directory(parts.execute);
    // Somebody whom only the run's directory knows takes over.
    return handler ? handler(task, context) : { kind: 'handoff', to: parts.execute, context: 'full' };
  };
  return async (task, context) => {
    if (!context.canExpand || (await decideAtomic(task, context))) return execute(task, context);
    const { action: graph } = await plan.decide(task, context);
    const nodes = graph.nodes.map((node) => ({ ...node, use: node.use ?? SOLVE }));
    return { kind: 'expand', graph: { nodes }, join: AGGREGATE };
  };

  /** Kept in the journal, so that an execution that is repeated takes the same way. */
  function decideAtomic(task: Task, context: HandlerContext): Promise<boolean> {
    if (context.snapshot !== undefined || context.answer !== undefined) return Promise.resolve(true);
    if (context.replan) return Promise.resolve(false);
    return context.step('isAtomic', async () => (await isAtomic.decide(task, context)).action);
  }
}
