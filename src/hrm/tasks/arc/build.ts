import type { Dataset } from '../../data/dataset.ts';
import { type Puzzle, packDataset } from '../../data/examples.ts';
import { Random } from '../../random.ts';
import { type ArcAugmentation, arcIdentity, arcName, augmentArc, drawArcAugmentation } from './augment.ts';
import { type ArcPair, type ArcTask, arcSide, arcTokens } from './grid.ts';

/** Options of {@link buildArc}. */
export interface ArcOptions {
  /** Tasks whose test pairs are trained on too. */
  readonly training: Readonly<Record<string, ArcTask>>;
  /** Tasks whose test pairs form the test split; their train pairs are trained on. */
  readonly evaluation: Readonly<Record<string, ArcTask>>;
  /** Augmentations of each task, besides itself; default 1000, fewer where a task has not so many. */
  readonly augmentations?: number;
  /** Move training examples about on the canvas; default true. One example of each puzzle stays in the corner. */
  readonly translate?: boolean;
  /** Default 42. */
  readonly seed?: number;
}

/** Both splits, and the name of each identifier. */
export interface ArcDatasets {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly identifiers: readonly string[];
}

const TRIES_PER_AUGMENTATION = 5;

/** Builds ARC data as the original does: every augmentation of a task is a puzzle with an identifier of its own. */
export function buildArc(options: ArcOptions): ArcDatasets {
  const random = new Random(options.seed ?? 42);
  const identifiers = ['<blank>'];
  const train: Puzzle[][] = [];
  const test: Puzzle[][] = [];
  const add = (name: string, task: ArcTask, isEvaluation: boolean): void => {
    const augmentations = drawDistinct(task, options.augmentations ?? 1000, random);
    const trained = isEvaluation ? task.train : [...task.train, ...task.test];
    const group = augmentations.map((augmentation) => {
      identifiers.push(arcName(name, augmentation));
      return { identifier: identifiers.length - 1, augmentation };
    });
    const puzzles = (pairs: readonly ArcPair[], moves: boolean): Puzzle[] =>
      group.map(({ identifier, augmentation }) => ({
        identifier,
        examples: place(pairs, augmentation, moves, random),
      }));
    train.push(puzzles(trained, options.translate ?? true));
    if (isEvaluation) test.push(puzzles(task.test, false));
  };
  for (const [name, task] of Object.entries(options.training)) add(name, task, false);
  for (const [name, task] of Object.entries(options.evaluation)) add(name, task, true);
  const info = { vocabularySize: 12, sequenceLength: arcSide * arcSide, puzzleIdentifierCount: identifiers.length };
  return { train: packDataset(train, info), test: packDataset(test, info), identifiers };
}

/** The task itself and up to `count` augmentations that all look different. */
function drawDistinct(task: ArcTask, count: number, random: Random): ArcAugmentation[] {
  const look = (augmentation: ArcAugmentation): string =>
    JSON.stringify(
      [...task.train, ...task.test].map(({ input, output }) => [
        augmentArc(input, augmentation),
        augmentArc(output, augmentation),
      ]),
    );
  const seen = new Set([look(arcIdentity)]);
  const found = [arcIdentity];
  for (let tries = 0; found.length <= count && tries < TRIES_PER_AUGMENTATION * count; tries++) {
    const augmentation = drawArcAugmentation(random);
    const key = look(augmentation);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(augmentation);
  }
  return found;
}

function place(
  pairs: readonly ArcPair[],
  augmentation: ArcAugmentation,
  moves: boolean,
  random: Random,
): Puzzle['examples'] {
  const fixed = moves ? random.integer(0, pairs.length - 1) : 0;
  return pairs.map((pair, index) => {
    const [input, output] = [augmentArc(pair.input, augmentation), augmentArc(pair.output, augmentation)];
    const room = (size: (grid: number[][]) => number): number => arcSide - Math.max(size(input), size(output));
    const isMoved = moves && index !== fixed;
    const row = isMoved
      ? random.integer(
          0,
          room((grid) => grid.length),
        )
      : 0;
    const column = isMoved
      ? random.integer(
          0,
          room((grid) => grid[0]?.length ?? 0),
        )
      : 0;
    return { input: arcTokens(input, row, column), label: arcTokens(output, row, column) };
  });
}
