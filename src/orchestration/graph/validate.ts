import { z } from 'zod';
import type { GraphProblem } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';
import { agentQuerySchema } from '../task/agent-query.ts';
import { taskSpecSchema } from '../task/task.ts';
import type { GraphSpec } from './graph.ts';

const isFunction = z.custom<object>((value) => typeof value === 'function', 'expected a function');

/** Schema of {@link GraphSpec}, for graphs that come from a model, a file or a wire. */
export const graphSpecSchema: z.ZodType<GraphSpec> = z.object({
  nodes: z.array(
    z.object({
      id: z.string().regex(/^[^/~]+$/, 'an id has at least one character and neither "/" nor "~"'),
      task: taskSpecSchema,
      use: z.union([agentQuerySchema, isFunction]).optional(),
      dependsOn: z.array(z.string()).optional(),
      when: z.union([z.string(), isFunction]).optional(),
      onFail: z.enum(['fail', 'skip', 'continue', 'replan', 'escalate']).optional(),
      lane: z.string().optional(),
    }),
  ),
}) as unknown as z.ZodType<GraphSpec>;

/**
 * Checks a graph: its shape, duplicate ids, unknown dependencies and cycles. Ids in `outer` are known from around it.
 * Throws `GRAPH_INVALID` with the path that is wrong.
 */
export function validateGraph(graph: GraphSpec, outer: { has(id: string): boolean } = new Set(), at = ''): void {
  const parsed = graphSpecSchema.safeParse(graph);
  if (!parsed.success) throw graphInvalid('shape', at, z.prettifyError(parsed.error), []);
  const known = new Set<string>();
  for (const { id } of graph.nodes) {
    if (known.has(id)) throw graphInvalid('duplicate-id', at + id, `the id "${id}" is used twice`, [id]);
    known.add(id);
  }
  for (const { id, dependsOn = [] } of graph.nodes) {
    const unknown = dependsOn.find((name) => !known.has(name) && !outer.has(name));
    if (unknown !== undefined) {
      throw graphInvalid('unknown-dependency', at + id, `"${id}" depends on "${unknown}", which is no node`, [
        id,
        unknown,
      ]);
    }
  }
  const cycle = findCycle(graph);
  if (cycle) throw graphInvalid('cycle', at + cycle[0], `${cycle.join(' → ')} depend on each other`, cycle);
}

/** The error for a graph that cannot run. */
export function graphInvalid(
  problem: GraphProblem,
  path: string,
  reason: string,
  nodes: readonly string[],
): RexError<'GRAPH_INVALID'> {
  return new RexError('GRAPH_INVALID', `invalid graph${path ? ` at ${path}` : ''}: ${reason}`, {
    path,
    problem,
    nodes: [...nodes],
  });
}

/** Ids along one cycle, the first again at the end; undefined when there is none. Takes linear time. */
export function findCycle({ nodes }: GraphSpec): string[] | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const finished = new Set<string>();
  for (const { id: start } of nodes) {
    const path: { id: string; next: number }[] = finished.has(start) ? [] : [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const dependency = byId.get(top.id)?.dependsOn?.[top.next++];
      if (dependency === undefined) {
        finished.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(dependency)) {
        const ids = path.map(({ id }) => id);
        return [...ids.slice(ids.indexOf(dependency)), dependency];
      } else if (byId.has(dependency) && !finished.has(dependency)) {
        path.push({ id: dependency, next: 0 });
        onPath.add(dependency);
      }
    }
  }
  return undefined;
}
