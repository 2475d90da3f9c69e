import type { GraphSpec, NodeSpec } from '../graph/graph.ts';
import { graphInvalid, validateGraph } from '../graph/validate.ts';
import type { AgentQuery } from '../task/agent-query.ts';
import type { HandlerReference } from '../task/handler.ts';
import type { Join } from '../task/outcome.ts';
import type { NodeRecord } from './node-record.ts';
import type { StoredJoin, StoredNode } from './run-event.ts';
import type { RunState } from './run-state.ts';

/** Where a graph is put. */
export interface GraphPlace {
  readonly state: RunState;
  /** The node that expands, or undefined for the graph of the run. */
  readonly parent?: NodeRecord | undefined;
  /** Who does nodes that name nobody. */
  readonly use?: HandlerReference | undefined;
}

/** Path of a node of the graph that a node expands into next. */
export function childPath(parent: NodeRecord | undefined, id: string): string {
  if (!parent) return id;
  return parent.round === 0 ? `${parent.path}/${id}` : `${parent.path}/${id}~${parent.round + 1}`;
}

/**
 * The nodes of a graph as the journal keeps them, with dependencies resolved: ids of the graph itself first, then of
 * the graphs around it, from the inside out. Throws `GRAPH_INVALID`.
 */
export function storeGraph(graph: GraphSpec, place: GraphPlace): StoredNode[] {
  const { state, parent } = place;
  const outer = new Map<string, string>();
  for (let at = parent; at; at = at.parent === undefined ? undefined : state.nodes.get(at.parent)) {
    const around = at.parent === undefined ? state.roots : (state.nodes.get(at.parent)?.children ?? []);
    for (const path of around) {
      const id = state.nodes.get(path)?.id ?? path;
      if (!outer.has(id)) outer.set(id, path);
    }
  }
  validateGraph(graph, outer, parent ? `${parent.path}/` : '');
  const own = new Map(graph.nodes.map(({ id }) => [id, childPath(parent, id)]));
  return graph.nodes.map((node) => {
    if (node.use === undefined && place.use === undefined) {
      throw graphInvalid('shape', own.get(node.id) ?? node.id, `"${node.id}" names no handler`, [node.id]);
    }
    const dependsOn = [...new Set(node.dependsOn)].map((id) => {
      const inner = own.get(id);
      return inner ?? resolveOutside(state, parent, node.id, outer.get(id) as string);
    });
    return storeNode(node, own.get(node.id) as string, dependsOn, place);
  });
}

/** A join as the journal keeps it. */
export function storeJoin(join: Join): StoredJoin {
  if (join === 'all' || join === 'last') return join;
  return { use: nameOf(join) };
}

function storeNode(node: NodeSpec, path: string, dependsOn: string[], { parent, use }: GraphPlace): StoredNode {
  const { id, task, when, onFail = 'fail', lane = 'task' } = node;
  return {
    path,
    id,
    task: { ...task, id: path, depth: parent ? parent.task.depth + 1 : 0, parent: parent?.path },
    use: nameOf(node.use ?? use),
    dependsOn,
    ...(when === undefined ? {} : { when: typeof when === 'string' ? when : null }),
    onFail,
    lane,
  };
}

function nameOf(use: HandlerReference | undefined): AgentQuery | null {
  return use === undefined || typeof use === 'function' ? null : use;
}

/** A node outside must not wait, directly or not, for the node that expands: it would wait for itself. */
function resolveOutside(state: RunState, parent: NodeRecord | undefined, id: string, target: string): string {
  const path = parent && waitPath(state, target, parent.path);
  if (!path) return target;
  throw graphInvalid('cycle', `${parent.path}/${id}`, `${[id, ...path].join(' → ')} depend on each other`, [
    id,
    ...path,
  ]);
}

/** How a node comes to wait for another: through dependencies and through its own children. */
function waitPath(state: RunState, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const path of cameFrom.keys()) {
    if (path === to) {
      const steps: string[] = [];
      for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) steps.unshift(at);
      return steps;
    }
    const node = state.nodes.get(path);
    for (const next of [...(node?.dependsOn ?? []), ...(node?.children ?? [])]) {
      if (!cameFrom.has(next)) cameFrom.set(next, path);
    }
  }
  return undefined;
}
