import type { OrderEdge } from '../model/prediction.ts';

/** The edges that lead to no cycle, in their order: one that closes a cycle, repeats another or leads nowhere is left out. */
export function keepAcyclic(edges: readonly OrderEdge[], count: number): readonly OrderEdge[] {
  const after: Set<number>[] = Array.from({ length: count }, () => new Set());
  const reaches = (from: number, to: number): boolean => {
    const open = [from];
    const seen = new Set(open);
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (place === to) return true;
      for (const next of after[place] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    return false;
  };
  return edges.filter(([before, later]) => {
    const first = after[before];
    if (first === undefined || after[later] === undefined || first.has(later) || reaches(later, before)) return false;
    first.add(later);
    return true;
  });
}

/** The edges that do not follow from others: 1 → 3 goes where 1 → 2 and 2 → 3 stand. Expects an acyclic set. */
export function withoutShortcuts(edges: readonly OrderEdge[], count: number): readonly OrderEdge[] {
  const next = Array.from({ length: count }, (_, place) => edges.flatMap(([from, to]) => (from === place ? [to] : [])));
  const below: (Set<number> | undefined)[] = [];
  const reach = (place: number): Set<number> => {
    const known = below[place];
    if (known) return known;
    const found = new Set((next[place] ?? []).flatMap((child) => [child, ...reach(child)]));
    below[place] = found;
    return found;
  };
  return edges.filter(([from, to]) => !(next[from] ?? []).some((other) => other !== to && reach(other).has(to)));
}
