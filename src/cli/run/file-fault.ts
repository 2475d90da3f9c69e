import type { GraphProblem } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';

/** Where something stands in a file, by the path of its members: line and column, 1 for the first. */
export type Locate = (path: readonly PropertyKey[]) => { readonly line: number; readonly column: number };

/** The error for a fault in a graph file. */
export function fileFault(place: string, reason: string, problem: GraphProblem = 'shape'): RexError<'GRAPH_INVALID'> {
  return new RexError('GRAPH_INVALID', `${place}: ${reason}`, { path: place, problem, nodes: [] });
}
