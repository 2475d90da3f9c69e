import type { StoredNode } from '../orchestration/engine/run-event.ts';
import type { EventSource } from './event-source.ts';
import { ExecutionReader } from './execution.ts';

/** Where the time of a run went. */
export interface Overhead {
  readonly wallMs: number;
  /** Work on the longest chain of tasks that wait for each other. */
  readonly criticalPathMs: number;
  /** (wall − critical path) / wall, 0 to 1; 0 for a run without time. */
  readonly overhead: number;
}

interface NodeWork {
  readonly dependsOn: readonly string[];
  readonly parent: string | undefined;
  readonly children: string[];
  execute: number;
  join: number;
}

/** The coordination overhead of one run: the share of its wall time in which the critical path did no work. */
export async function coordinationOverhead(events: EventSource): Promise<Overhead> {
  const nodes = new Map<string, NodeWork>();
  const reader = new ExecutionReader();
  let first: number | undefined;
  let last = 0;
  for await (const event of events) {
    first ??= event.at;
    last = Math.max(last, event.at);
    if (event.type === 'run.started' || event.type === 'node.expanded') addNodes(nodes, event.node, event.data);
    const ended = reader.observe(event);
    const work = ended && nodes.get(ended.node);
    if (work) work[ended.phase] += ended.endedAt - ended.startedAt;
  }
  const wallMs = last - (first ?? 0);
  const criticalPathMs = Math.min(wallMs, longestChain(nodes));
  return { wallMs, criticalPathMs, overhead: wallMs === 0 ? 0 : (wallMs - criticalPathMs) / wallMs };
}

function addNodes(nodes: Map<string, NodeWork>, parent: string | undefined, data: unknown): void {
  for (const { path, dependsOn } of (data as { nodes: readonly StoredNode[] }).nodes) {
    nodes.set(path, { dependsOn, parent, children: [], execute: 0, join: 0 });
    if (parent !== undefined) nodes.get(parent)?.children.push(path);
  }
}

/** Each node begins when its dependencies end and its parent has planned; it ends after its children and its join. */
function longestChain(nodes: ReadonlyMap<string, NodeWork>): number {
  const begins = new Map<string, number>();
  const ends = new Map<string, number>();
  const isKnown = (path: string): boolean => ends.has(path) || !nodes.has(path);
  let longest = 0;
  const stack = [...nodes.keys()].reverse();
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const node = nodes.get(path);
    if (!node || ends.has(path)) continue;
    if (!begins.has(path)) {
      const parent = node.parent === undefined ? undefined : nodes.get(node.parent);
      const missing = node.dependsOn.filter((before) => !isKnown(before));
      if (parent && !begins.has(node.parent ?? '')) missing.push(node.parent ?? '');
      if (missing.length > 0) {
        stack.push(path, ...missing);
        continue;
      }
      const planned = parent ? (begins.get(node.parent ?? '') ?? 0) + parent.execute : 0;
      begins.set(path, Math.max(planned, ...node.dependsOn.map((before) => ends.get(before) ?? 0)));
    }
    const open = node.children.filter((child) => !isKnown(child));
    if (open.length > 0) {
      stack.push(path, ...open);
      continue;
    }
    const executed = (begins.get(path) ?? 0) + node.execute;
    const end = Math.max(executed, ...node.children.map((child) => ends.get(child) ?? 0)) + node.join;
    ends.set(path, end);
    longest = Math.max(longest, end);
  }
  return longest;
}
