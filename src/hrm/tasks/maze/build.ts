import { invalidArgument } from '../../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { type Puzzle, packDataset } from '../../data/examples.ts';
import { Random } from '../../random.ts';
import { dihedral } from '../dihedral.ts';
import { drawMaze, type Maze, type MazeOptions } from './maze.ts';

/** Character of each token; 0 pads. */
const CHARACTERS = ' # SGo';

/** Options of {@link buildMazes}. */
export interface MazeDatasetOptions extends MazeOptions {
  readonly trainCount: number;
  readonly testCount: number;
  /** Add the seven other symmetries of each training maze; default false. */
  readonly augment?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** Builds both splits of a maze data set; no maze occurs in both. */
export function buildMazes(options: MazeDatasetOptions): { train: Dataset; test: Dataset } {
  const random = new Random(options.seed ?? 0);
  const seen = new Set<string>();
  const draw = (): Maze => {
    for (;;) {
      const maze = drawMaze(options, random);
      const key = maze.puzzle.join('');
      if (seen.has(key)) continue;
      seen.add(key);
      return maze;
    }
  };
  const info = { vocabularySize: 6, sequenceLength: options.rows * options.columns, puzzleIdentifierCount: 1 };
  const symmetries = options.augment ? [0, 1, 2, 3, 4, 5, 6, 7] : [0];
  if (options.augment && options.rows !== options.columns)
    throw invalidArgument('augment', 'square mazes', options.augment);
  const test = Array.from({ length: options.testCount }, draw);
  const train = Array.from({ length: options.trainCount }, draw);
  return {
    train: packDataset(
      train.map((maze) => symmetries.map((symmetry) => toPuzzle(maze, symmetry))),
      info,
    ),
    test: packDataset(
      test.map((maze) => [toPuzzle(maze, 0)]),
      info,
    ),
  };
}

/** Tokens of a maze: `#` 1, floor 2, `S` 3, `G` 4, `o` 5. */
export function mazeTokens(rows: readonly string[]): number[] {
  return [...rows.join('')].map((character) => {
    const token = CHARACTERS.indexOf(character, 1);
    if (token === -1) throw invalidArgument('maze', 'the characters "# SGo"', character);
    return token;
  });
}

/** Rows of a maze of the given width; padding shows as floor. */
export function mazeRows(tokens: ArrayLike<number>, columns: number): string[] {
  const text = Array.from(tokens, (token) => CHARACTERS[token] ?? ' ').join('');
  return Array.from({ length: text.length / columns }, (_, row) => text.slice(row * columns, (row + 1) * columns));
}

function toPuzzle({ puzzle, solution }: Maze, symmetry: number): Puzzle {
  const turn = (rows: readonly string[]): number[] =>
    mazeTokens(
      dihedral(
        rows.map((row) => [...row]),
        symmetry,
      ).map((row) => row.join('')),
    );
  return { identifier: 0, examples: [{ input: turn(puzzle), label: turn(solution) }] };
}
