import type { OrderRow } from '../order/train-order.ts';
import type { DependencyRow } from './task-row.ts';

/** Kinds whose graphs were collected one by one: two of a source have no more in common than two of different sources. */
const collected = new Set(['everyday-plan', 'workflow', 'class-methods']);

/** Rows of one source above which each row stands for itself: such a source is a collection, not a repository. */
const COLLECTION = 200;

/** Task graphs as the dependency scorer learns them; those of the split `val` stay away. */
export function orderRows(rows: readonly DependencyRow[]): OrderRow[] {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  return rows
    .filter(({ split }) => split !== 'val')
    .map(({ id, kind, source, request, nodes, edges }) => ({
      kind,
      request,
      nodes,
      edges,
      source: collected.has(kind) || (counts.get(source) ?? 0) > COLLECTION ? id : source,
    }));
}
