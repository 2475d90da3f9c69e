import type { OrderRow } from '../order/train-order.ts';
import type { DependencyRow } from './task-row.ts';

/** Rows of one source above which each row stands for itself: such a source is a collection, not a repository. */
const COLLECTION = 200;

/** Task graphs as the dependency scorer learns them; those of the split `val` stay away. */
export function orderRows(rows: readonly DependencyRow[]): OrderRow[] {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  return rows
    .filter(({ split }) => split !== 'val')
    .map(({ id, source, request, nodes, edges }) => ({
      request,
      nodes,
      edges,
      source: (counts.get(source) ?? 0) > COLLECTION ? id : source,
    }));
}
