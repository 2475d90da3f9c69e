import { Random } from '../../hrm/random.ts';
import type { CoordinationExample } from './coordination-example.ts';
import { makeExample } from './make-example.ts';
import { readSourceTask } from './source-task.ts';

/** How {@link synthesise} draws. */
export interface SynthesiseOptions {
  /** Most examples. Default 10,000. */
  readonly samples?: number | undefined;
  /** Decides which ones and their order. Default 0. */
  readonly seed?: number | undefined;
}

/**
 * Makes examples of coordination of SWE-smith instances and of tasks of past runs (see {@link experiences}), at most one of
 * each. They are drawn in turn from every combination of languages, tools and domains, so that rare ones are not drowned.
 *
 * @throws INVALID_ARGUMENT for an item that is neither
 */
export async function* synthesise(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  options: SynthesiseOptions = {},
): AsyncIterable<CoordinationExample> {
  const { samples = 10_000, seed = 0 } = options;
  const strata = new Map<string, CoordinationExample[]>();
  for await (const item of source) {
    const task = readSourceTask(item);
    if (task === undefined) continue;
    const example = makeExample(task);
    const stratum = example.optimal_agent_assignments
      .map(({ agent_type }) => agent_type)
      .sort()
      .join(' ');
    const pile = strata.get(stratum);
    if (pile) pile.push(example);
    else strata.set(stratum, [example]);
  }
  const random = new Random(seed);
  const piles = [...strata]
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([, pile]) => random.shuffle(pile));
  let left = samples;
  for (let round = 0; left > 0; round++) {
    const drawn = random.shuffle(piles.flatMap((pile) => pile[round] ?? [])).slice(0, left);
    if (drawn.length === 0) return;
    left -= drawn.length;
    yield* drawn;
  }
}
