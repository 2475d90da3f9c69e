/** What is needed of a node to see who waited for whom. */
export interface PathNode {
  readonly path: string;
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/**
 * The chain of nodes that the end of a run waited for, first to last: from the node that ended last, each time back to
 * what ended last of everything that it needed.
 */
export function findCriticalPath(nodes: readonly PathNode[]): string[] {
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const children = new Map<string, PathNode[]>();
  for (const node of nodes) {
    if (node.parent === undefined) continue;
    const known = children.get(node.parent);
    if (known) known.push(node);
    else children.set(node.parent, [node]);
  }
  const seen = new Set<string>();
  const chain: string[] = [];
  let at = lastEnded(nodes.filter(({ parent }) => parent === undefined));
  while (at && !seen.has(at.path)) {
    seen.add(at.path);
    chain.push(at.path);
    const inner = lastEnded((children.get(at.path) ?? []).filter(({ path }) => !seen.has(path)));
    at = inner ?? before(at);
  }
  return chain.reverse();

  /** What a node waited for: its dependencies, or those of the node whose plan it is part of. */
  function before(node: PathNode): PathNode | undefined {
    for (let inner: PathNode | undefined = node; inner; inner = byPath.get(inner.parent ?? '')) {
      const needed = inner.dependsOn.map((path) => byPath.get(path)).filter((found) => found !== undefined);
      const last = lastEnded(needed.filter(({ path }) => !seen.has(path)));
      if (last) return last;
    }
    return undefined;
  }
}

function lastEnded(nodes: readonly PathNode[]): PathNode | undefined {
  let last: PathNode | undefined;
  for (const node of nodes) {
    if (node.startedAt === undefined || node.endedAt === undefined) continue;
    if (!last || node.endedAt > (last.endedAt ?? 0)) last = node;
  }
  return last;
}
