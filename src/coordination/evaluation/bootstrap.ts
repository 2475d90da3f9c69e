import { Random } from '../../hrm/random.ts';
import { flattenScores, type ScoredPrediction, scorePlans } from './score-plans.ts';

/** Bounds between which a score lies in 95 of 100 draws of sources. */
export type Interval = readonly [low: number, high: number];

/** Intervals of all scores over draws of whole sources with repetition: how far a score depends on the repositories. */
export function bootstrapScores(
  targets: readonly Float32Array[],
  predictions: readonly ScoredPrediction[],
  sources: readonly string[],
  options: { readonly rounds?: number; readonly seed?: number } = {},
): Readonly<Record<string, Interval>> {
  const { rounds = 200, seed = 0 } = options;
  const random = new Random(seed);
  const bySource = new Map<string, number[]>();
  for (const [row, source] of sources.entries()) {
    const found = bySource.get(source);
    if (found) found.push(row);
    else bySource.set(source, [row]);
  }
  const names = [...bySource.keys()].sort();
  const drawn = Array.from({ length: rounds }, () => {
    const rows = names.flatMap(() => bySource.get(random.pick(names)) ?? []);
    const take = <Item>(items: readonly Item[]): Item[] => rows.map((row) => items[row] as Item);
    return flattenScores(scorePlans(take(targets), take(predictions)));
  });
  return Object.fromEntries(
    Object.keys(drawn[0] ?? {}).map((name) => {
      const values = drawn.map((scores) => scores[name] as number).sort((a, b) => a - b);
      const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
      return [name, [at(0.025), at(0.975)] as const];
    }),
  );
}
