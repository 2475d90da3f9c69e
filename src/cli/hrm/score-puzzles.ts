import { type Dataset, type HrmModel, solveAll } from '../../hrm/index.ts';

/** How well a model answers the puzzles of one group. */
export interface GroupScore {
  readonly count: number;
  /** Share of puzzles right in every cell. */
  readonly exactAccuracy: number;
  /** Share of right cells. */
  readonly accuracy: number;
}

/** Scores of a model on a data set, more than its accuracy alone. */
export interface PuzzleScores {
  /** Share of puzzles that are right in every cell after each step, up to twice the steps of the training. */
  readonly exactAccuracyByStep: readonly number[];
  /** After the steps of the training, by group in ascending order. */
  readonly groups: ReadonlyMap<number, GroupScore>;
}

const BATCH = 64;

/** Solves every puzzle of a data set; `groupOf` says which group a puzzle is counted in. */
export async function scorePuzzles(
  model: HrmModel,
  { sets, info: { sequenceLength } }: Dataset,
  groupOf: (tokens: Int32Array) => number,
): Promise<PuzzleScores> {
  const { maxSteps } = model.config;
  const exactByStep = new Array<number>(2 * maxSteps).fill(0);
  const groups = new Map<number, { count: number; exact: number; cells: number }>();
  let count = 0;
  for (const { inputs, labels } of sets.values()) {
    const puzzles = Array.from({ length: inputs.length / sequenceLength }, (_, at) =>
      rowOf(inputs, at, sequenceLength),
    );
    for (let start = 0; start < puzzles.length; start += BATCH) {
      const part = puzzles.slice(start, start + BATCH);
      const solutions = await solveAll(model, part, { maxSteps: exactByStep.length });
      for (const [offset, { trace }] of solutions.entries()) {
        const answer = rowOf(labels, start + offset, sequenceLength);
        const right = trace.map(({ tokens }) =>
          tokens.reduce((sum, token, cell) => sum + +(token === answer[cell]), 0),
        );
        for (const [step, cells] of right.entries())
          exactByStep[step] = (exactByStep[step] ?? 0) + +(cells === sequenceLength);
        const group = groupOf(part[offset] as Int32Array);
        const sums = groups.get(group) ?? { count: 0, exact: 0, cells: 0 };
        const cells = right[maxSteps - 1] as number;
        groups.set(group, {
          count: sums.count + 1,
          exact: sums.exact + +(cells === sequenceLength),
          cells: sums.cells + cells,
        });
      }
    }
    count += puzzles.length;
  }
  const ascending = [...groups].sort(([left], [right]) => left - right);
  return {
    exactAccuracyByStep: exactByStep.map((sum) => sum / count),
    groups: new Map(
      ascending.map(([group, { count: size, exact, cells }]) => [
        group,
        { count: size, exactAccuracy: exact / size, accuracy: cells / (size * sequenceLength) },
      ]),
    ),
  };
}

function rowOf(tokens: Int32Array, row: number, length: number): Int32Array {
  return tokens.subarray(row * length, (row + 1) * length);
}
