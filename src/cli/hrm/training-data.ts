import { join } from 'node:path';
import { buildMazes, buildSudoku, type Dataset, readDataset } from '../../hrm/index.ts';
import { usageError } from '../failure.ts';
import { type Flags, wholeNumber } from './arguments.ts';

/** Both splits of a task, and what a model card says about them. */
export interface TrainingData {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly description: string;
  /** How the test puzzles differ from those that are learned from. */
  readonly unseen: string;
  /** Meaning of each token. */
  readonly vocabulary?: readonly string[];
  /** What the card groups its scores by, and the group of a puzzle. */
  readonly groupName: string;
  groupOf(tokens: Int32Array): number;
}

const built = 'No solution of a test puzzle occurs among those it learned from.';

const byLength = { groupName: 'tokens', groupOf: (tokens: Int32Array) => tokens.filter((token) => token > 0).length };

/** Clues of a Sudoku of each size when none are named: easy enough for a small model. */
const usualClues: Readonly<Record<number, string>> = { 4: '7-13', 6: '20-28', 9: '40-60' };

/** Builds the puzzles of a task, or reads them from a folder with the splits `train` and `test`. @throws a usage error */
export async function trainingData(task: string, flags: Flags): Promise<TrainingData> {
  const trainCount = wholeNumber(flags, 'train-count', 4_000);
  const testCount = wholeNumber(flags, 'test-count', 400);
  const seed = wholeNumber(flags, 'seed', 0, 0);
  if (task === 'sudoku') {
    const size = wholeNumber(flags, 'size', 4);
    if (size !== 4 && size !== 6 && size !== 9) throw usageError(`--size is 4, 6 or 9, not ${size}`);
    const clues = toRange(String(flags.clues ?? usualClues[size]));
    const splits = buildSudoku({ size, trainCount, testCount, clues, seed });
    return {
      ...splits,
      description: `${size}x${size} Sudoku with ${clues.join(' to ')} clues, ${trainCount} puzzles`,
      unseen: built,
      vocabulary: ['padding', 'blank', ...Array.from({ length: size }, (_, digit) => String(digit + 1))],
      groupName: 'clues',
      groupOf: (tokens) => tokens.filter((token) => token > 1).length,
    };
  }
  if (task === 'maze') {
    const side = wholeNumber(flags, 'size', 9, 5);
    const splits = buildMazes({ rows: side, columns: side, trainCount, testCount, seed });
    return {
      ...splits,
      description: `${side}x${side} mazes, ${trainCount} puzzles`,
      unseen: 'No test maze occurs among those it learned from.',
      vocabulary: ['padding', 'wall', 'free', 'start', 'goal', 'path'],
      ...byLength,
    };
  }
  const [train, test] = await Promise.all([readDataset(join(task, 'train')), readDataset(join(task, 'test'))]);
  const unseen = 'The test split is that of the data set.';
  return { train, test, description: `the data set ${task}`, unseen, ...byLength };
}

function toRange(text: string): [number, number] {
  const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (low === undefined)
    throw usageError(`--clues takes a number or a range such as 7-13, not ${JSON.stringify(text)}`);
  return [Number(low), Number(high)];
}
