import type { GraphSpec } from './graph.ts';
import { validateGraph } from './validate.ts';

/**
 * Groups of ids that can run together: each node stands one level below its deepest dependency.
 * Throws `GRAPH_INVALID` like {@link validateGraph}.
 */
export function levels(graph: GraphSpec): string[][] {
  validateGraph(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const open = new Map(graph.nodes.map((node) => [node.id, new Set(node.dependsOn).size]));
  const dependants = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const { id, dependsOn } of byId.values()) {
    for (const dependency of new Set(dependsOn)) dependants.get(dependency)?.push(id);
  }
  const found: string[][] = [];
  let level = graph.nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  while (level.length > 0) {
    found.push(level);
    const next = new Set<string>();
    for (const dependant of level.flatMap((id) => dependants.get(id) ?? [])) {
      const left = (open.get(dependant) ?? 0) - 1;
      open.set(dependant, left);
      if (left === 0) next.add(dependant);
    }
    level = [...next];
  }
  return found;
}
