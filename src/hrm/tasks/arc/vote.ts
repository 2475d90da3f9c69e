import { parseArcName, restoreArc } from './augment.ts';
import { type ArcGrid, arcGrid } from './grid.ts';

/** One answer of a model to one augmentation of a test input. */
export interface ArcPrediction {
  /** Name of the augmented task. */
  readonly name: string;
  /** Tokens of the input and of the answer, [900] each. */
  readonly input: ArrayLike<number>;
  readonly answer: ArrayLike<number>;
  readonly qHaltLogit: number;
}

/** A distinct answer with its support. */
export interface ArcVote {
  readonly grid: ArcGrid;
  readonly votes: number;
  /** Mean probability of being right, σ(q_halt). */
  readonly confidence: number;
}

/** Answers by task and test input, best first: most votes, then highest mean confidence. */
export function voteArc(predictions: readonly ArcPrediction[]): Map<string, Map<string, ArcVote[]>> {
  const ballots = new Map<string, Map<string, Map<string, { grid: ArcGrid; votes: number; sum: number }>>>();
  for (const { name, input, answer, qHaltLogit } of predictions) {
    const { task, augmentation } = parseArcName(name);
    const asked = JSON.stringify(restoreArc(arcGrid(input), augmentation));
    const grid = restoreArc(arcGrid(answer), augmentation);
    const answers = upsert(
      upsert(ballots, task, () => new Map()),
      asked,
      () => new Map(),
    );
    const ballot = upsert(answers, JSON.stringify(grid), () => ({ grid, votes: 0, sum: 0 }));
    ballot.votes += 1;
    ballot.sum += 1 / (1 + Math.exp(-qHaltLogit));
  }
  const rank = (answers: Map<string, { grid: ArcGrid; votes: number; sum: number }>): ArcVote[] =>
    [...answers.values()]
      .map(({ grid, votes, sum }) => ({ grid, votes, confidence: sum / votes }))
      .sort((a, b) => b.votes - a.votes || b.confidence - a.confidence);
  return new Map(
    [...ballots].map(([task, inputs]) => [
      task,
      new Map([...inputs].map(([asked, answers]) => [asked, rank(answers)])),
    ]),
  );
}

/** Share of tasks of which every test input has its right answer among the first K, for each K. */
export function passAtK(
  votes: ReadonlyMap<string, ReadonlyMap<string, readonly ArcVote[]>>,
  solutions: Readonly<Record<string, readonly { readonly input: ArcGrid; readonly output: ArcGrid }[]>>,
  ks: readonly number[] = [1, 2, 10, 100, 1000],
): Map<number, number> {
  const tasks = Object.entries(solutions);
  return new Map(
    ks.map((k) => {
      const solved = tasks.filter(([task, pairs]) =>
        pairs.every(({ input, output }) => {
          const ranked = votes.get(task)?.get(JSON.stringify(input)) ?? [];
          return ranked.slice(0, k).some(({ grid }) => JSON.stringify(grid) === JSON.stringify(output));
        }),
      );
      return [k, solved.length / tasks.length];
    }),
  );
}

function upsert<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
