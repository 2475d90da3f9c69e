import type { Condition, GraphSpec } from '../graph/graph.ts';
import type { Handler } from '../task/handler.ts';

/** Functions that a graph holds itself; a journal cannot keep them. */
export interface InlineFunctions {
  readonly handlers: Map<string, Handler>;
  readonly joins: Map<string, Handler>;
  readonly conditions: Map<string, Condition>;
}

/** No functions. */
export function noInlineFunctions(): InlineFunctions {
  return { handlers: new Map(), joins: new Map(), conditions: new Map() };
}

/** Takes note of a graph's own functions, by the paths of its nodes. */
export function collectFunctions(graph: GraphSpec, pathOf: (id: string) => string, into: InlineFunctions): void {
  for (const { id, use, when } of graph.nodes) {
    if (typeof use === 'function') into.handlers.set(pathOf(id), use);
    if (typeof when === 'function') into.conditions.set(pathOf(id), when);
  }
}
