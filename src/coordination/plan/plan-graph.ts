import { type GraphSpec, type HandlerReference, validateGraph } from '../../orchestration/index.ts';
import type { CoordinationPlan } from './coordination-plan.ts';

/** How a plan becomes a graph. */
export interface PlanGraphOptions {
  /** Who does the work of a kind. Default: the handler that has its name. Undefined leaves the node to the run's `use`. */
  readonly use?: ((agent: string) => HandlerReference | undefined) | undefined;
}

/**
 * The plan as a graph for the engine: a node for each subtask, in its order; `type` of a node's task is the kind of agent.
 *
 * @throws GRAPH_INVALID for a plan that was changed by hand and is no graph
 */
export function planGraph(plan: CoordinationPlan, options: PlanGraphOptions = {}): GraphSpec {
  const { use = (agent) => agent } = options;
  const graph: GraphSpec = {
    nodes: plan.subtasks.map(({ id, text, agent, after, effort }) => {
      const handler = use(agent);
      return {
        id,
        task: { goal: text, type: agent, input: { agent, effort } },
        dependsOn: after,
        ...(handler === undefined ? {} : { use: handler }),
      };
    }),
  };
  validateGraph(graph);
  return graph;
}
