import type { DependencyRow } from '../data/task-row.ts';
import type { Coordinator, OrderEdge } from '../model/prediction.ts';
import { countDecisions, f1 } from './scores.ts';

/** Scores of predicted edges of one kind of task graph. */
export interface OrderScore {
  readonly kind: string;
  readonly graphs: number;
  /** F1 of the edges of all graphs together. */
  readonly f1: number;
  /** F1 when every pair is joined in the order of the list, which is a random one. */
  readonly allPairs: number;
}

/** Scores a coordinator's order of subtasks, by kind of graph. */
export async function scoreOrder(
  coordinator: Pick<Coordinator, 'order'>,
  rows: readonly DependencyRow[],
): Promise<OrderScore[]> {
  const pairs = new Map<string, { own: Decision[]; all: Decision[]; graphs: number }>();
  for (const { kind, request, nodes, edges } of rows) {
    const found = pairs.get(kind) ?? { own: [], all: [], graphs: 0 };
    pairs.set(kind, found);
    found.graphs += 1;
    found.own.push(...decisions(await coordinator.order(request, nodes), edges));
    const every = nodes.flatMap((_, from) => nodes.slice(from + 1).map((_, step) => [from, from + 1 + step] as const));
    found.all.push(...decisions(every, edges));
  }
  return [...pairs].map(([kind, { own, all, graphs }]) => ({
    kind,
    graphs,
    f1: f1(countDecisions(own)),
    allPairs: f1(countDecisions(all)),
  }));
}

type Decision = readonly [decided: boolean, truth: boolean];

function decisions(guessed: readonly OrderEdge[], truth: readonly OrderEdge[]): Decision[] {
  const [given, wanted] = [new Set(guessed.map(String)), new Set(truth.map(String))];
  return [...new Set([...given, ...wanted])].map((edge) => [given.has(edge), wanted.has(edge)]);
}
